"""Lines of password files, as htpasswd writes them."""

import base64
import hashlib
import subprocess


def sha(user: str, password: str) -> str:
    """As htpasswd -s."""
    return f"{user}:{{SHA}}{base64.b64encode(hashlib.sha1(password.encode()).digest()).decode()}\n"


def openssl(form: str, user: str, password: str) -> str:
    """`form`: -apr1 (as htpasswd -m), -6, -5 or -1."""
    command = ["openssl", "passwd", form, password]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return f"{user}:{done.stdout}"


# As htpasswd -B; of the password "secret".
BCRYPT = "alice:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n"


def file_of(host: str, path: str) -> str:
    """What nginx-proxy calls the file of one path."""
    return f"{host}_{hashlib.sha1(path.encode()).hexdigest()}"
