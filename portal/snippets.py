"""How to use what was delivered: texts to copy, one per tool. Pure; no secret is ever in them."""

from dataclasses import dataclass

from deployments.models import HarborInstance
from portal.models import Project, Robot

# Quoted for shells: the dollar sign in robot$team+ci would start a variable.
_SECRET = "THE-SECRET"  # noqa: S105  (a place to fill in)


@dataclass(frozen=True, kw_only=True)
class Snippet:
    """`slug` names the tool; `text` is copied as it is; `language` helps to colour it."""

    slug: str
    title: str
    text: str
    language: str = "sh"


@dataclass(frozen=True, kw_only=True)
class Use:
    """Which account uses which project of which registry; `trust` is where its CA is fetched."""

    host: str
    project: str
    login: str
    trust: str = ""


def use_of(instance: HarborInstance, project: Project, *, login: str, trust: str = "") -> Use:
    """`login` of a robot or a person; `trust` an absolute address."""
    return Use(host=instance.registry_host, project=project.name, login=login, trust=trust)


def use_of_robot(robot: Robot, trust: str = "") -> Use:
    """In the first of its projects."""
    return use_of(robot.instance, robot.projects.first(), login=robot.login, trust=trust)


def snippets(use: Use) -> list[Snippet]:
    """All tools, in the order people ask for them."""
    return [
        docker(use), podman(use), containerd(use), kubernetes(use), gitlab(use), jenkins(use),
    ]


def docker(use: Use) -> Snippet:
    """Docker looks for the CA in a folder named like the registry (`harbor.md 5.15`)."""
    return Snippet(slug="docker", title="Docker", text=_trusted(
        use, f"/etc/docker/certs.d/{use.host}/ca.crt"
    ) + _login_and_push("docker", use))


def podman(use: Use) -> Snippet:
    """Podman reads Docker's layout under its own folder."""
    return Snippet(slug="podman", title="Podman", text=_trusted(
        use, f"/etc/containers/certs.d/{use.host}/ca.crt"
    ) + _login_and_push("podman", use))


def containerd(use: Use) -> Snippet:
    """hosts.toml names the CA; the login goes with each pull."""
    folder = f"/etc/containerd/certs.d/{use.host}"
    hosts = (
        f'server = "https://{use.host}"\n\n[host."https://{use.host}"]\n'
        f'  capabilities = ["pull", "resolve", "push"]\n  ca = "{folder}/ca.crt"\n'
    )
    return Snippet(slug="containerd", title="containerd", text=(
        _trusted(use, f"{folder}/ca.crt")
        + f"sudo tee {folder}/hosts.toml >/dev/null <<'TOML'\n{hosts}TOML\n"
        + f"sudo ctr images pull --hosts-dir /etc/containerd/certs.d --user '{use.login}' "
        + f"{use.host}/{use.project}/IMAGE:TAG\n"
    ))


def kubernetes(use: Use) -> Snippet:
    """A pull secret, and where a pod names it."""
    name = f"{use.project.replace('_', '-').replace('.', '-')}-pull"
    return Snippet(slug="kubernetes", title="Kubernetes", text=(
        f"kubectl create secret docker-registry {name} \\\n"
        f"  --docker-server={use.host} \\\n  --docker-username='{use.login}' \\\n"
        f"  --docker-password='{_SECRET}'\n\n"
        "# In the pod's specification:\n"
        f"# imagePullSecrets:\n#   - name: {name}\n"
        f"# image: {use.host}/{use.project}/IMAGE:TAG\n"
    ))


def gitlab(use: Use) -> Snippet:
    """Login and secret are masked variables of the project, never in the file."""
    return Snippet(slug="gitlab", title="GitLab CI", language="yaml", text=(
        f"# Set REGISTRY_USER to {use.login} (not expanded) and REGISTRY_PASSWORD (masked)\n"
        "# under Settings, CI/CD, Variables.\n"
        "build:\n  image: docker:latest\n  services: [docker:dind]\n  script:\n"
        '    - echo "$REGISTRY_PASSWORD" | docker login --username "$REGISTRY_USER" '
        f"--password-stdin {use.host}\n"
        f"    - docker build -t {use.host}/{use.project}/IMAGE:$CI_COMMIT_SHORT_SHA .\n"
        f"    - docker push {use.host}/{use.project}/IMAGE:$CI_COMMIT_SHORT_SHA\n"
    ))


def jenkins(use: Use) -> Snippet:
    """Credentials of the kind “username with password”, named like the project."""
    return Snippet(slug="jenkins", title="Jenkins", language="groovy", text=(
        f"// Keep {use.login} and its secret as the credentials “{use.project}-registry”.\n"
        "pipeline {\n  agent any\n  stages {\n    stage('Image') {\n      steps {\n"
        "        script {\n"
        f"          docker.withRegistry('https://{use.host}', '{use.project}-registry') {{\n"
        f'            docker.build("{use.project}/IMAGE:${{env.BUILD_NUMBER}}").push()\n'
        "          }\n        }\n      }\n    }\n  }\n}\n"
    ))


def _trusted(use: Use, path: str) -> str:
    if not use.trust:
        return ""
    return f"sudo install -d {path.rpartition('/')[0]}\nsudo curl -fsS -o {path} {use.trust}\n"


def _login_and_push(tool: str, use: Use) -> str:
    image = f"{use.host}/{use.project}/IMAGE:TAG"
    return (
        f"{tool} login --username '{use.login}' {use.host}\n"
        f"{tool} tag IMAGE:TAG {image}\n{tool} push {image}\n"
    )
