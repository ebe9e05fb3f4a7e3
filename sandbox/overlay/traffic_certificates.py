"""Certificates as they are shown to clients: for the names of ACM's, signed by an authority of this sandbox."""

import functools
import secrets
import ssl
import tempfile
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .acm import find


def names_of(account, region, arn):
    """Those of a certificate of ACM, or none when it is not issued."""
    found = find(account, region, arn)
    return tuple(found["SubjectAlternativeNames"]) if found and found["Status"] == "ISSUED" else ()


@functools.cache
def _authority():
    key = ec.generate_private_key(ec.SECP256R1())
    # Two sandboxes may be trusted at once, and a client finds an authority by its name.
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"sandbox {secrets.token_hex(8)}")])
    extension = x509.BasicConstraints(ca=True, path_length=0)
    return key, _builder(name, name, key).add_extension(extension, critical=True).sign(key, hashes.SHA256())


def authority():
    """The certificate that clients have to trust, as PEM."""
    return _authority()[1].public_bytes(serialization.Encoding.PEM)


def _builder(subject, issuer, key):
    now = datetime.now(timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=395))
    )


@functools.cache
def context_for(names):
    """What a server needs to speak for these names."""
    key, (signer, root) = ec.generate_private_key(ec.SECP256R1()), _authority()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    names = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    certificate = _builder(subject, root.subject, key).add_extension(names, critical=False).sign(signer, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:  # the ssl module reads files alone
        file.write(certificate.public_bytes(serialization.Encoding.PEM) + private)
        file.flush()
        context.load_cert_chain(file.name)
    return context


def secured(connection, names_for):
    """The server's side of a TLS connection. `names_for` gives the names of the certificate for the name that the
    client asks for, or none: then it is refused."""

    def choose(encrypted, server_name, _):
        names = names_for(server_name)
        if not names:
            return ssl.ALERT_DESCRIPTION_HANDSHAKE_FAILURE
        encrypted.context = context_for(names)
        return None

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = choose
    return context.wrap_socket(connection, server_side=True)
