from django.db import models


class Document(models.Model):
    """What the site knows of a file in the documents share."""

    title = models.CharField(max_length=200)
    path = models.CharField(
        max_length=500, unique=True, help_text="Relative to the documents share."
    )
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["path"]

    def __str__(self):
        return self.title
