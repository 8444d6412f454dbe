"""Certificates for tests, made by the openssl program (ca-certificates brings it)."""

import pathlib
import ssl
import subprocess
from typing import Optional, Sequence


def _openssl(*arguments: str) -> None:
    done = subprocess.run(
        ["openssl", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0, done.stdout


class Pair:
    """A certificate and its key, as files."""

    def __init__(self, certificate: pathlib.Path, key: pathlib.Path) -> None:
        self.certificate = certificate
        self.key = key

    def write_to(self, folder: pathlib.Path, name: str) -> None:
        """As a directory of certificates has it; each file is renamed over the one before."""
        for source, suffix in ((self.certificate, ".crt"), (self.key, ".key")):
            new = folder / f"{name}{suffix}.new"
            new.write_bytes(source.read_bytes())
            new.rename(folder / f"{name}{suffix}")


class Authority:
    """Issues certificates; its own is `certificate`."""

    def __init__(self, folder: pathlib.Path, name: str = "authority") -> None:
        self._folder = folder
        self._name = name
        self._issued = 0
        self.certificate = folder / f"{name}.pem"
        self._key = folder / f"{name}.key"
        _openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-keyout", str(self._key), "-out", str(self.certificate)),
            *("-days", "30", "-subj", f"/CN={name}"),
        )

    def issue(
        self, names: Sequence[str], start: Optional[str] = None, end: Optional[str] = None
    ) -> Pair:
        """For these DNS names. `start` and `end`: "YYYYMMDDHHMMSSZ"; without, 30 days from now."""
        self._issued += 1
        base = self._folder / f"{self._name}-{self._issued}"
        key, request, certificate = (
            base.with_suffix(suffix) for suffix in (".key", ".csr", ".crt")
        )
        extensions = base.with_suffix(".ext")
        extensions.write_text("subjectAltName=" + ",".join(f"DNS:{name}" for name in names))
        _openssl(
            *("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-keyout", str(key), "-out", str(request), "-subj", f"/CN={names[0]}"),
        )
        if start is None or end is None:
            _openssl(
                *("x509", "-req", "-in", str(request), "-out", str(certificate)),
                *("-CA", str(self.certificate), "-CAkey", str(self._key)),
                *("-set_serial", str(1000 + self._issued)),
                *("-days", "30", "-extfile", str(extensions)),
            )
        else:
            self._issue_between(request, certificate, extensions, start, end)
        return Pair(certificate, key)

    def intermediate(self, name: str) -> "Authority":
        """Another authority, whose certificate this one has issued."""
        below = Authority(self._folder, name)
        request = below.certificate.with_suffix(".csr")
        extensions = below.certificate.with_suffix(".ext")
        extensions.write_text("basicConstraints=critical,CA:TRUE")
        self._issued += 1
        _openssl(
            *("req", "-new", "-key", str(below._key), "-out", str(request)),
            *("-subj", f"/CN={name}"),
        )
        _openssl(
            *("x509", "-req", "-in", str(request), "-out", str(below.certificate)),
            *("-CA", str(self.certificate), "-CAkey", str(self._key)),
            *("-set_serial", str(1000 + self._issued), "-days", "30"),
            *("-extfile", str(extensions)),
        )
        return below

    def revocations(self, *revoked: Pair) -> bytes:
        """The list (CRL, in PEM) of these."""
        self._issued += 1
        books = self._folder / f"{self._name}-{self._issued}.revoked"
        books.mkdir()
        (books / "index.txt").write_text("")
        (books / "ca.cnf").write_text(
            f"[ca]\ndefault_ca=d\n[d]\ndatabase={books}/index.txt\ndefault_md=sha256\n"
        )
        of_authority = [*("-cert", str(self.certificate)), *("-keyfile", str(self._key))]
        command = ["ca", "-batch", "-config", str(books / "ca.cnf"), *of_authority]
        for pair in revoked:
            _openssl(*command, "-revoke", str(pair.certificate))
        _openssl(*command, "-gencrl", "-crldays", "30", "-out", str(books / "crl.pem"))
        return (books / "crl.pem").read_bytes()

    def _issue_between(
        self,
        request: pathlib.Path,
        certificate: pathlib.Path,
        extensions: pathlib.Path,
        start: str,
        end: str,
    ) -> None:
        """`openssl x509` knows no dates; `openssl ca` does, and keeps books."""
        books = certificate.with_suffix(".ca")
        books.mkdir()
        (books / "index.txt").write_text("")
        (books / "serial").write_text("%04X\n" % (0x2000 + self._issued))
        (books / "ca.cnf").write_text(
            f"[ca]\ndefault_ca=d\n[d]\ndir={books}\ndatabase={books}/index.txt\n"
            f"serial={books}/serial\nnew_certs_dir={books}\ndefault_md=sha256\npolicy=p\n"
            "[p]\ncommonName=supplied\n"
        )
        _openssl(
            *("ca", "-batch", "-notext", "-config", str(books / "ca.cnf")),
            *("-cert", str(self.certificate), "-keyfile", str(self._key)),
            *("-in", str(request), "-out", str(certificate), "-extfile", str(extensions)),
            *("-startdate", start, "-enddate", end),
        )


class CertificateFolder:
    """A folder of them, as nginx-proxy's users mount it."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.authority = Authority(folder)
        self._folder = folder / "certs"
        self._folder.mkdir()
        self.volume = f"{self._folder}:/etc/nginx/certs:ro"

    def write(self, name: str, *names: str) -> bytes:
        """What clients see of it."""
        pair = self.authority.issue(names or [name])
        pair.write_to(self._folder, name)
        return ssl.PEM_cert_to_DER_cert(pair.certificate.read_text())
