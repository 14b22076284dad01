"""Every address of the console."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path
from django.views.i18n import set_language

from config.home import home
from config.metrics import metrics
from config.on_site import view_on_site
from config.setup import set_up
from config.sign_in import PROVIDER
from config.sign_in_pages import begin, come_back

urlpatterns = [
    path("", home, name="home"),
    path("setup/", set_up, name="setup"),
    path("login/", auth_views.LoginView.as_view(), name="login"),
    path("sign-in/oidc/", begin, name="openid_connect_login"),
    path("sign-in/oidc/callback/", come_back, {"provider_id": PROVIDER},
         name="openid_connect_callback"),
    path("language/", set_language, name="set_language"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("operations/", include("operations.urls")),
    path("registries/", include("deployments.urls")),
    path("portal/", include("portal.urls")),
    path("images/", include("hosts.image_urls")),
    path("certificates/", include("certificates.urls")),
    path("admin/queues/", include("config.queues")),
    path("metrics", metrics, name="metrics"),
    # Before the admin's own, which asks for no permission.
    path("admin/r/<path:content_type_id>/<path:object_id>/",
         admin.site.admin_view(view_on_site), name="view_on_site"),
    path("admin/", admin.site.urls),
]
