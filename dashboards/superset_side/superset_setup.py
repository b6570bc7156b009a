"""Brings Superset's own database up to date and sets the administrator's password.

Run by the Python of Superset's environment, never imported here. One process does what
`superset db upgrade`, `superset init` and `superset fab create-admin` do in three: each start of
Superset costs some 6 seconds. Reads {"admin_user", "admin_password"} as JSON from standard input.
"""

import json
import sys
from pathlib import Path

import superset
from flask_migrate import upgrade
from superset.app import create_app


def main() -> None:
    """Migrate, synchronise the permissions, and create or update the administrator."""
    account = json.load(sys.stdin)
    app = create_app()
    with app.app_context():
        upgrade(directory=str(Path(superset.__file__).parent / "migrations"))
        from superset.extensions import appbuilder, db, security_manager

        appbuilder.add_permissions(update_perms=True)
        security_manager.sync_role_definitions()
        # The login page asks for its Dutch words before anyone is logged in.
        security_manager.add_permission_role(
            security_manager.find_role("Public"),
            security_manager.find_permission_view_menu("can_language_pack", "Superset"),
        )
        user = security_manager.find_user(account["admin_user"])
        if user is None:
            security_manager.add_user(
                account["admin_user"],
                "Barometer",
                "Administrator",
                "admin@localhost",
                security_manager.find_role("Admin"),
                password=account["admin_password"],
            )
        else:
            security_manager.reset_password(user.id, account["admin_password"])
        db.session.commit()


if __name__ == "__main__":
    main()
