import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { UserModel } from '../../../src/django/site.js';
import { djangos } from '../djangos.js';
import { djangoProject, withUserModel } from './django-project.js';

interface Case {
  readonly models: string;
  readonly user: UserModel;
  readonly warnings?: readonly RegExp[];
}

const ownLinks = {
  groups: { table: 'people_person_groups', user: 'person_id', other: 'group_id' },
  permissions: { table: 'people_person_user_permissions', user: 'person_id', other: 'permission_id' },
};

const flags = { isActive: 'is_active', isStaff: 'is_staff', isSuperuser: 'is_superuser' };
const names = { firstName: 'first_name', lastName: 'last_name', email: 'email' };

const cases: Record<string, Case> = {
  'e-mail logins and UUID keys': {
    models: `
class Person(AbstractUser):
    username = None
    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.EmailField(unique=True)
    USERNAME_FIELD = 'email'
    REQUIRED_FIELDS = []
    objects = BaseUserManager()
`,
    user: {
      table: 'people_person',
      columns: { id: 'key', username: 'email', password: 'password', ...flags, ...names },
      ...ownLinks,
    },
  },
  'no is_staff': {
    models: `
class Person(AbstractBaseUser, PermissionsMixin):
    name = models.CharField(max_length=50, unique=True)
    is_active = models.BooleanField(default=True)
    is_admin = models.BooleanField(default=False)
    USERNAME_FIELD = 'name'
    objects = BaseUserManager()

    @property
    def is_staff(self):
        return self.is_admin
`,
    user: {
      table: 'people_person',
      columns: {
        id: 'id',
        username: 'name',
        password: 'password',
        isActive: 'is_active',
        isSuperuser: 'is_superuser',
      },
      ...ownLinks,
    },
    warnings: [/^people\.Person\.is_staff is computed by the site and is not a column/],
  },
  'AbstractBaseUser alone, with groups of another kind': {
    models: `
class Team(models.Model):
    pass

class Person(AbstractBaseUser):
    name = models.CharField(max_length=50, unique=True)
    groups = models.ManyToManyField(Team)
    USERNAME_FIELD = 'name'
    objects = BaseUserManager()
`,
    user: { table: 'people_person', columns: { id: 'id', username: 'name', password: 'password' } },
  },
  'renamed tables and columns': {
    models: `
class Membership(models.Model):
    member = models.ForeignKey('Person', models.CASCADE, db_column='who')
    role = models.ForeignKey(Group, models.CASCADE, db_column='what')

    class Meta:
        db_table = 'membership'

class Person(AbstractBaseUser, PermissionsMixin):
    nr = models.BigAutoField(primary_key=True, db_column='Person Nr')
    login = models.CharField(max_length=50, unique=True, db_column='Login')
    password = models.CharField(max_length=200, db_column='secret')
    is_active = models.BooleanField(default=True, db_column='enabled')
    is_staff = models.BooleanField(default=True, db_column='clerk')
    is_superuser = models.BooleanField(default=True, db_column='root')
    groups = models.ManyToManyField(Group, through=Membership)
    user_permissions = models.ManyToManyField(Permission, db_table='grants')
    USERNAME_FIELD = 'login'
    objects = BaseUserManager()

    class Meta:
        db_table = 'personen'
`,
    user: {
      table: 'personen',
      columns: {
        id: 'Person Nr',
        username: 'Login',
        password: 'secret',
        isActive: 'enabled',
        isStaff: 'clerk',
        isSuperuser: 'root',
      },
      groups: { table: 'membership', user: 'who', other: 'what' },
      permissions: { table: 'grants', user: 'person_id', other: 'permission_id' },
    },
  },
  'a proxy of another model': {
    models: `
class Being(AbstractUser):
    pass

class Person(Being):
    class Meta:
        proxy = True
`,
    user: {
      table: 'people_being',
      columns: { id: 'id', username: 'username', password: 'password', ...flags, ...names },
      groups: { table: 'people_being_groups', user: 'being_id', other: 'group_id' },
      permissions: { table: 'people_being_user_permissions', user: 'being_id', other: 'permission_id' },
    },
  },
  'a child whose own table has all that counts': {
    models: `
class Contact(models.Model):
    phone = models.CharField(max_length=50)

class Person(Contact, AbstractUser):
    objects = UserManager()
`,
    user: {
      table: 'people_person',
      columns: { id: 'contact_ptr_id', username: 'username', password: 'password', ...flags, ...names },
      ...ownLinks,
    },
  },
  'a manager and methods with ways of their own': {
    models: `
class Manager(BaseUserManager):
    def get_queryset(self):
        return super().get_queryset().filter(deleted=False)

    def get_by_natural_key(self, username):
        return self.get(username__iexact=username)

class Person(AbstractUser):
    deleted = models.BooleanField(default=False)
    objects = Manager()

    def check_password(self, raw_password):
        return False

    def has_perm(self, perm, obj=None):
        return True
`,
    user: {
      table: 'people_person',
      columns: { id: 'id', username: 'username', password: 'password', ...flags, ...names },
      ...ownLinks,
    },
    warnings: [/leaves rows out/, /its own check_password/, /finds users in its own way/, /its own has_perm/],
  },
  'a full name in one column, an address of another name': {
    models: `
class Person(AbstractUser):
    first_name = last_name = email = None
    called = models.CharField(max_length=80, db_column='Called')
    mailbox = models.CharField(max_length=80)
    EMAIL_FIELD = 'mailbox'

    def get_full_name(self):
        return self.called
`,
    user: {
      table: 'people_person',
      columns: {
        id: 'id',
        username: 'username',
        password: 'password',
        ...flags,
        firstName: 'Called',
        email: 'mailbox',
      },
      ...ownLinks,
    },
  },
  'the family name first': {
    models: `
class Person(AbstractUser):
    def get_full_name(self):
        return "%s %s" % (self.last_name, self.first_name)
`,
    user: {
      table: 'people_person',
      columns: {
        id: 'id',
        username: 'username',
        password: 'password',
        ...flags,
        firstName: 'last_name',
        lastName: 'first_name',
        email: 'email',
      },
      ...ownLinks,
    },
  },
  'a full name from elsewhere, an address that the site decodes': {
    models: `
class Sealed(models.EmailField):
    def from_db_value(self, value, expression, connection):
        return value[::-1]

class Profile(models.Model):
    person = models.OneToOneField('Person', models.CASCADE)
    name = models.TextField()

class Person(AbstractUser):
    email = Sealed()

    def get_full_name(self):
        return self.profile.name
`,
    user: {
      table: 'people_person',
      columns: { id: 'id', username: 'username', password: 'password', ...flags },
      ...ownLinks,
    },
  },
  'a full name of three parts': {
    models: `
class Person(AbstractUser):
    patronymic = models.CharField(max_length=80)

    def get_full_name(self):
        return ' '.join([self.first_name, self.patronymic, self.last_name])
`,
    user: {
      table: 'people_person',
      columns: { id: 'id', username: 'username', password: 'password', ...flags, email: 'email' },
      ...ownLinks,
    },
  },
  'a name and an address in the table of a parent': {
    models: `
class Contact(models.Model):
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    email = models.EmailField()

class Person(Contact, AbstractBaseUser, PermissionsMixin):
    login = models.CharField(max_length=50, unique=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=True)
    USERNAME_FIELD = 'login'
    objects = BaseUserManager()

    def get_full_name(self):
        return "%s %s" % (self.first_name, self.last_name)
`,
    user: {
      table: 'people_person',
      columns: { id: 'contact_ptr_id', username: 'login', password: 'password', ...flags },
      ...ownLinks,
    },
  },
  'a text for a primary key': {
    models: `
class Person(AbstractUser):
    code = models.CharField(max_length=8, primary_key=True)
`,
    user: {
      table: 'people_person',
      columns: { id: 'code', username: 'username', password: 'password', ...flags, ...names },
      ...ownLinks,
    },
    warnings: [/primary key is a CharField/],
  },
};

for (const django of djangos) {
  describe(`user models of Django ${django.version}`, () => {
    for (const [name, { models, user, warnings = [] }] of Object.entries(cases)) {
      test(name, async (t) => {
        const project = djangoProject(t, withUserModel(models), django);
        const found = await project.discover();
        assert.deepEqual(found.site.user, user);
        assert.equal(found.warnings.length, warnings.length, found.warnings.join('\n'));
        for (const [index, pattern] of warnings.entries()) assert.match(found.warnings[index] ?? '', pattern);
        assert.deepEqual(project.missing(user), []);
      });
    }
  });
}
