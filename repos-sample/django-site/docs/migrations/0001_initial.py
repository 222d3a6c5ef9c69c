from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                (
                    "path",
                    models.CharField(
                        help_text="Relative to the documents share.",
                        max_length=500,
                        unique=True,
                    ),
                ),
                ("updated", models.DateTimeField(auto_now=True)),
            ],
            options={"ordering": ["path"]},
        ),
    ]
