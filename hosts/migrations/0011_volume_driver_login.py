import lib.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("hosts", "0010_made_from"),
    ]

    operations = [
        migrations.AddField(
            model_name="volumedriver",
            name="registry_password",
            field=lib.fields.EncryptedTextField(blank=True, default="", help_text="Only the pull sends it; the host does not keep it.", verbose_name="password of its registry"),
        ),
        migrations.AddField(
            model_name="volumedriver",
            name="registry_username",
            field=models.CharField(blank=True, help_text="Empty where the registry hands it out to everybody.", max_length=200, verbose_name="user of its registry"),
        ),
    ]
