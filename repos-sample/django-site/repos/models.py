from django.db import models


class Repository(models.Model):
    """A Subversion repository, by the name of its folder."""

    name = models.SlugField(unique=True)
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "repositories"

    def __str__(self):
        return self.name
