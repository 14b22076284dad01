from django.db import migrations, models


def at_two_thirds(apps, schema_editor):
    Certificate = apps.get_model("certificates", "Certificate")
    for row in Certificate.objects.only("not_before", "not_after").iterator():
        row.renew_at = row.not_before + (row.not_after - row.not_before) * 2 / 3
        row.save(update_fields=["renew_at"])


class Migration(migrations.Migration):

    dependencies = [
        ('certificates', '0002_list_order'),
    ]

    operations = [
        migrations.AddField(
            model_name='certificate',
            name='renew_at',
            field=models.DateTimeField(blank=True, help_text='Two thirds of its life when it is recorded, unless told otherwise.', null=True, verbose_name='renew from'),
        ),
        migrations.AddIndex(
            model_name='certificate',
            index=models.Index(fields=['state', 'renew_at'], name='certificate_by_renewal'),
        ),
        migrations.RunPython(at_two_thirds, migrations.RunPython.noop),
    ]
