from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0003_import_contents_end"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="event",
            options={"default_permissions": ("view",), "ordering": ["-id"]},
        ),
        migrations.AlterModelOptions(
            name="profileimport",
            options={
                "default_permissions": (),
                "ordering": ["-id"],
                "permissions": [("export_profiles", "Can export profiles to a file")],
                "verbose_name": "import of profiles",
                "verbose_name_plural": "imports of profiles",
            },
        ),
        migrations.AlterModelOptions(
            name="refusedrow",
            options={"default_permissions": (), "ordering": ["profile_import", "number"]},
        ),
    ]
