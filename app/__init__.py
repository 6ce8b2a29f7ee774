"""The web: three audiences (desk, field, portal), one door for machines (api), one factory."""
