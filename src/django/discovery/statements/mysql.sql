select '' as subject, 'database' as fact, database() as value;

select '' as subject, 'now' as fact, unix_timestamp() as value;

show global status where variable_name in ('uptime', 'wsrep_cluster_state_uuid');

show global variables where variable_name in
  ('datadir', 'group_replication_group_name', 'hostname', 'port', 'server_id', 'server_uid', 'server_uuid');

select table_name as subject, 'is' as fact, concat(table_schema, '.', table_name) as value
from information_schema.tables where table_schema = database() and table_name in ({tables});

select table_name as subject, 'kind' as fact, case
  when table_type in ('VIEW', 'SYSTEM VIEW') then 'view'
  when engine in ('CONNECT', 'FEDERATED', 'SPIDER') then 'foreign table'
  else 'table' end as value
from information_schema.tables where table_schema = database() and table_name in ({tables});
