"""What davgate must know of a Django site; each module a part of it. Imported before the site is set up."""
