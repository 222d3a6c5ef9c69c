import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isFailure } from '../../../src/failure.js';
import { djangoProject, withUserModel } from './django-project.js';

const refused: Record<string, readonly [string, RegExp]> = {
  'a child of Django\u2019s User': [
    'class Person(User): pass',
    /people\.Person inherits username from the table auth_user \(multi-table inheritance\)/,
  ],
  'activity that the site works out': [
    `
class Person(AbstractBaseUser):
    name = models.CharField(max_length=50, unique=True)
    USERNAME_FIELD = 'name'
    objects = BaseUserManager()

    @property
    def is_active(self):
        return self.name != 'gone'
`,
    /people\.Person\.is_active is computed by the site and is not a column/,
  ],
  'groups of its own': [
    `
class Role(Group):
    pass

class Person(AbstractUser):
    groups = models.ManyToManyField(Role)
`,
    /people\.Person\.groups leads to the table people_role, not to Django's auth_group/,
  ],
  'a table of a schema': [
    `
class Person(AbstractUser):
    class Meta:
        db_table = 'hr"."person'
`,
    /has the table or column hr"\."person: davgate reads only the connection's own schema/,
  ],
  'no password': [
    `
class Person(models.Model):
    name = models.CharField(max_length=50, unique=True)
    USERNAME_FIELD = 'name'
    REQUIRED_FIELDS = []
    is_anonymous = False
    is_authenticated = True
    objects = BaseUserManager()
`,
    /people\.Person has no single column for its password/,
  ],
};

describe('user models that davgate cannot follow', () => {
  for (const [name, [models, message]] of Object.entries(refused)) {
    test(name, async (t) => {
      const { discover } = djangoProject(t, withUserModel(models));
      await assert.rejects(
        discover(),
        (error) => isFailure(error, 'not-implemented') && message.test(error.message),
      );
    });
  }
});
