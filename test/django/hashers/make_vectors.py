"""Encoded passwords made by the installed Django, and its own answers about them, as JSON on standard output.

{"made": [{"algorithm", "encoded", "password", "tries": [[password, Django's answer], ...]}, ...],
 "garbled": [{"algorithm", "encoded", "password", "answer"}, ...],
 "names": {dotted path of a hasher: its algorithm}}
"""

import base64
import hashlib
import json
import re
import warnings

import argon2
import bcrypt
from django.conf import settings
from django.contrib.auth import hashers

warnings.simplefilter("ignore")

MODULE = "django.contrib.auth.hashers"
# What Django has differs by version: scrypt came in 4.0, crypt went in 5.0, the unsalted ones in 5.1.
CLASSES = [
    name
    for name in (
        # The first is derived with for passwords that Django cannot read: a cheap one, to be done soon.
        "MD5PasswordHasher",
        "PBKDF2PasswordHasher",
        "PBKDF2SHA1PasswordHasher",
        "Argon2PasswordHasher",
        "BCryptSHA256PasswordHasher",
        "BCryptPasswordHasher",
        "ScryptPasswordHasher",
        "SHA1PasswordHasher",
        "UnsaltedSHA1PasswordHasher",
        "UnsaltedMD5PasswordHasher",
        "CryptPasswordHasher",
    )
    if hasattr(hashers, name)
]

settings.configure(PASSWORD_HASHERS=[f"{MODULE}.{name}" for name in CLASSES])
HASHERS = hashers.get_hashers_by_algorithm()

PASSWORDS = [
    "",
    " ",
    "correct horse",
    "with $ dollar: and colon",
    "72 bytes " + "x" * 63,
    "73 bytes " + "x" * 64,
    "more than 72 bytes " + "0123456789" * 20,
    "71 bytes and then two of one letter" + "x" * 36 + "éz",
    "lètmein",
    "пароль",
    "Blåbærsyltetøy 🫐",
    "e\u0301",
    "\u00e9",
    "NUL \0 inside",
    "\0",
    "l" * 4096,
    "long é" * 600,
]


def encodings(algorithm, password):
    """The password in a few ways that a row of a site may hold it."""
    hasher = HASHERS.get(algorithm)
    raw = password.encode()
    if algorithm.startswith("pbkdf2"):
        for salt, iterations in (("a", 1), ("соль-é", 2), ("kZ3mPq8xW0aB5cD7eF9gH1", 777)):
            yield hasher.encode(password, salt, iterations)
    elif algorithm == "argon2":
        for kind in argon2.Type:
            for version in (16, 19):
                for time, memory, lanes, length in ((1, 8, 1, 4), (2, 100, 3, 16), (3, 128, 4, 64)):
                    encoded = argon2.low_level.hash_secret(
                        raw, b"eight or more" * lanes, time, memory, lanes, length, kind, version
                    ).decode()
                    yield algorithm + encoded
                    if version == 16:
                        yield algorithm + encoded.replace("$v=16", "")
    elif algorithm.startswith("bcrypt"):
        for prefix in (b"2a", b"2b"):
            yield hasher.encode(password, bcrypt.gensalt(4, prefix))
        yield hasher.encode(password, bcrypt.gensalt(4).replace(b"$2b$", b"$2y$"))
        yield hasher.encode(password, bcrypt.gensalt(5))
    elif algorithm == "scrypt":
        for salt, n, r, p in (("a", 2, 1, 1), ("соль-é", 16, 8, 5), ("kZ3mPq8xW0aB5cD7eF9gH1", 1024, 3, 2)):
            if hasher:
                yield hasher.encode(password, salt, n, r, p)
                continue
            # Django 4.0's form, where this Django is older.
            key = hashlib.scrypt(raw, salt=salt.encode(), n=n, r=r, p=p, dklen=64)
            yield f"scrypt${n}${salt}${r}${p}${base64.b64encode(key).decode()}"
    elif algorithm == "unsalted_md5":
        yield hasher.encode(password, "")
        yield "md5$$" + hasher.encode(password, "")
    elif algorithm == "unsalted_sha1":
        yield hasher.encode(password, "")
    elif algorithm == "crypt":
        for salt in ("ab", "./", "zZ"):
            encoded = hasher.encode(password, salt)
            # The C library gives an asterisk for passwords that are too long for it.
            if "*" not in encoded:
                yield encoded
                yield encoded.replace("$$", f"${salt}$")
    else:
        for salt in ("a", "соль-é", "kZ3mPq8xW0aB5cD7eF9gH1"):
            yield hasher.encode(password, salt)


def answer(password, encoded):
    """Django's answer; an error is no."""
    try:
        return hashers.check_password(password, encoded)
    except Exception:
        return False


def answer_if_any(password, encoded):
    """Django's answer; None where it has none: bcrypt from 5.0 on takes no more than 72 bytes, before 4.0 no NUL."""
    try:
        return hashers.check_password(password, encoded)
    except ValueError:
        return None


def others(password):
    """Passwords that are nearly this one."""
    yield password + "x"
    yield password + "\0"
    yield password[:-1]
    yield password[:8]
    yield password[:72]
    yield password.encode()[:72].decode(errors="ignore")
    yield password.swapcase()
    # These letters differ in their second byte, which may be the 73rd.
    yield password.replace("é", "ê")
    yield password * 2


def affordable(encoded):
    """Whether no number that may be a cost has become so large that checking would take long."""
    numbers = [int(number) for number in re.findall(r"(?<![^$=])\d{1,30}(?=[$,])", encoded)]
    return all(number <= (6 if "bcrypt" in encoded else 4096) for number in numbers)


def garblings(encoded):
    """The encoding with one thing wrong with it, at every place."""
    for place in range(len(encoded) + 1):
        head, tail = encoded[:place], encoded[place:]
        yield head
        yield tail
        yield head + tail[1:]
        for wrong in "$a0=\n ":
            yield head + wrong + tail
            yield head + wrong + tail[1:]
    yield encoded.upper()
    yield "!" + encoded
    yield encoded * 2


made = []
garbled = []
for algorithm in [*HASHERS, *({"scrypt"} - set(HASHERS))]:
    for password in PASSWORDS:
        try:
            variants = list(encodings(algorithm, password))
        except ValueError:
            continue  # crypt and bcrypt before 4.0 take no NUL, bcrypt from 5.0 on no more than 72 bytes.
        for encoded in variants:
            known = algorithm in HASHERS
            tries = [[other, known and answer_if_any(other, encoded)] for other in others(password) if other != password]
            assert not known or answer(password, encoded), encoded
            made.append(
                {"algorithm": algorithm, "encoded": encoded, "password": password, "tries": tries if known else []}
            )
    if algorithm not in HASHERS:
        continue
    password = "lètmein"
    first = next(encodings(algorithm, password))
    for encoded in dict.fromkeys(garblings(first)):
        if affordable(encoded):
            garbled.append(
                {
                    "algorithm": algorithm,
                    "encoded": encoded,
                    "password": password,
                    "answer": answer(password, encoded),
                }
            )

names = {f"{MODULE}.{name}": getattr(hashers, name).algorithm for name in CLASSES}
print(json.dumps({"made": made, "garbled": garbled, "names": names}))
