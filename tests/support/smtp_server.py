#!/usr/bin/python3
"""An SMTP server on a free port of 127.0.0.1, for tests.

    smtp_server.py DIRECTORY [--mode MODE] [--times N] [--seconds S] [--refuse ADDRESS]
                   [--tls none|starttls|tls --certificate FILE --key FILE] [--user USER --password PASSWORD]

Prints the port, serves until its standard input ends. Each message taken leaves NNNN.eml, its bytes, and NNNN.json:
the envelope and what Python's own parser makes of the bytes. What it does with a message:

    accept    takes it
    postpone  answers the first N recipients with 451, then accepts
    refuse    answers the recipient given by --refuse with 550
    reject    answers every message with 554, after reading it
    drop      takes the first N messages and closes the connection without an answer, then accepts
    slow      answers every message after S seconds
"""

import argparse
import asyncio
import email
import email.policy
import json
import logging
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def describe(envelope):
    message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
    parts = {part.get_content_type(): part for part in message.walk()}
    defects = [str(defect) for part in message.walk() for defect in part.defects]
    defects += [str(defect) for value in message.values() for defect in value.defects]
    return {
        "mail_from": envelope.mail_from,
        "recipients": envelope.rcpt_tos,
        "headers": sorted(name.lower() for name in message.keys()),
        "from": str(message["from"]),
        "to": str(message["to"]),
        "to_address": message["to"].addresses[0].addr_spec,
        "to_name": message["to"].addresses[0].display_name,
        "subject": str(message["subject"]),
        "message_id": str(message["message-id"]),
        "type": message.get_content_type(),
        "text": parts["text/plain"].get_content(),
        "html": parts["text/html"].get_content(),
        "defects": defects,
    }


class Handler:
    def __init__(self, options):
        self.options = options
        self.left = options.times
        self.count = 0

    def _spend(self):
        self.left -= 1
        return self.left >= 0

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if self.options.mode == "postpone" and self._spend():
            return "451 4.7.1 come back later"
        if self.options.mode == "refuse" and address == self.options.refuse:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.options.mode == "reject":
            return "554 5.6.0 we do not like this message"
        if self.options.mode == "slow":
            await asyncio.sleep(self.options.seconds)
        self.count += 1
        name = pathlib.Path(self.options.directory) / f"{self.count:04}"
        name.with_suffix(".eml").write_bytes(envelope.original_content)
        name.with_suffix(".json").write_text(json.dumps(describe(envelope)))
        if self.options.mode == "drop" and self._spend():
            server.transport.abort()
        return "250 OK"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory")
    parser.add_argument("--mode", default="accept")
    parser.add_argument("--times", type=int, default=0)
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("--refuse", default="")
    parser.add_argument("--tls", default="none")
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)

    context = None
    if options.tls != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.certificate, options.key)

    def authenticate(server, session, envelope, mechanism, given):
        known = LoginPassword(options.user.encode(), options.password.encode())
        return AuthResult(success=given == known)

    handler = Handler(options)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    def protocol():
        starttls = options.tls == "starttls"
        return SMTP(handler, hostname="localhost", loop=loop, tls_context=context if starttls else None,
                    require_starttls=starttls, authenticator=authenticate, auth_required=bool(options.user),
                    auth_require_tls=False)

    server = loop.run_until_complete(
        loop.create_server(protocol, "127.0.0.1", 0, ssl=context if options.tls == "tls" else None))
    print(server.sockets[0].getsockname()[1], flush=True)
    loop.add_reader(sys.stdin, lambda: sys.stdin.buffer.read1(1) or loop.stop())
    loop.run_forever()


if __name__ == "__main__":
    main()
