select '' as subject, fact, value from (values
  ('database', current_database()::text),
  ('number', (select oid::text from pg_database where datname = current_database())),
  ('role', current_user::text),
  ('user', session_user::text),
  ('search_path', current_setting('search_path')),
  ('search_path from', (select source from pg_settings where name = 'search_path')),
  ('started', to_char(pg_postmaster_start_time() at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')),
  ('standby', pg_is_in_recovery()::text)
) as facts (fact, value);

select asked.name as subject, found.fact, found.value
from (select unnest(array[{tables}]::text[])) as asked (name)
join pg_class c on c.oid = to_regclass(quote_ident(asked.name))
join pg_namespace n on n.oid = c.relnamespace
cross join lateral (values
  ('is', n.nspname || '.' || c.relname),
  ('number', c.oid::text),
  ('kind', case c.relkind when 'v' then 'view' when 'f' then 'foreign table' else 'table' end),
  ('row security', row_security_active(c.oid)::text)
) as found (fact, value);

-- May be forbidden.
select '' as subject, 'system' as fact, system_identifier::text as value from pg_control_system();
