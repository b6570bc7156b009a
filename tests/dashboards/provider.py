"""A small OpenID Connect provider, run by the Python of Superset's environment.

Usage: provider.py PORT. Anyone may choose who to be; the rest is as the standard says.
"""

import secrets
import sys
import time
from base64 import urlsafe_b64encode
from hashlib import sha256

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey

ISSUER = f"http://localhost:{sys.argv[1]}"
PEOPLE = {
    "reader": ["readers"],
    "researcher": ["readers", "researchers"],
    "admin": ["readers"],  # the name of an account that every installation has
    "stranger": ["others"],
}
KEY = RSAKey.generate_key(2048, {"kid": "test", "use": "sig", "alg": "RS256"})
codes: dict[str, dict[str, str]] = {}
app = Flask(__name__)


@app.get("/.well-known/openid-configuration")
def discovery() -> Response:
    return jsonify(
        issuer=ISSUER,
        authorization_endpoint=f"{ISSUER}/authorize",
        token_endpoint=f"{ISSUER}/token",
        jwks_uri=f"{ISSUER}/jwks",
        response_types_supported=["code"],
        subject_types_supported=["public"],
        id_token_signing_alg_values_supported=["RS256"],
    )


@app.get("/jwks")
def jwks() -> Response:
    return jsonify(keys=[KEY.as_dict(private=False)])


@app.route("/authorize", methods=["GET", "POST"])
def authorize() -> object:
    if request.method == "GET":
        choices = "".join(f"<button name=who value={who}>{who}</button>" for who in PEOPLE)
        return f"<form method=post>{choices}</form>"
    code = secrets.token_urlsafe()
    codes[code] = {**request.args.to_dict(), "who": request.form["who"]}
    back = f"{request.args['redirect_uri']}?code={code}&state={request.args['state']}"
    return redirect(back)


@app.post("/token")
def token() -> Response:
    asked = codes.pop(request.form["code"])
    digest = sha256(request.form["code_verifier"].encode()).digest()
    assert urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
    assert request.authorization and request.authorization.password == "secret"
    claims = {
        "iss": ISSUER,
        "sub": asked["who"],
        "aud": asked["client_id"],
        "exp": int(time.time()) + 300,
        "iat": int(time.time()),
        "nonce": asked["nonce"],
        "preferred_username": asked["who"],
        "given_name": asked["who"].title(),
        "groups": PEOPLE[asked["who"]],
    }
    id_token = jwt.encode({"alg": "RS256", "kid": "test"}, claims, KEY)
    return jsonify(access_token=secrets.token_urlsafe(), token_type="Bearer", id_token=id_token)


app.run("127.0.0.1", int(sys.argv[1]))
