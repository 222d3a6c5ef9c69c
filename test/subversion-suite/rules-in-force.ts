/**
 * Python for the end of the suite's main module: a change of the path rules is in force within a second, and the suite
 * asks at once. So whatever comes after a change waits until the file has been as it is for a little longer.
 */
export const waitForRules = `

# What follows was added by davgate's runner.
_rules_file = os.path.abspath(os.path.join(work_dir, 'authz'))
_rules_text = None

def _wait_for_rules():
  global _rules_text
  try:
    with open(_rules_file) as file:
      text = file.read()
    age = time.time() - os.stat(_rules_file).st_mtime
  except OSError:
    return
  if text != _rules_text and 0 <= age < 1.2:
    time.sleep(1.2 - age)
  _rules_text = text

def _after_rules(function):
  def waiting(*args, **kwds):
    _wait_for_rules()
    return function(*args, **kwds)
  return waiting

open_pipe = _after_rules(open_pipe)
create_http_connection = _after_rules(create_http_connection)
`;
