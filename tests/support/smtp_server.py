#!/usr/bin/python3
"""An SMTP server on a free port of 127.0.0.1, for tests.

    smtp_server.py DIRECTORY [--mode MODE | --fault STAGE-WHAT] [--times N] [--seconds S] [--refuse ADDRESS]
                   [--tls none|starttls|tls --certificate FILE --key FILE] [--user USER --password PASSWORD]

Prints the port, serves until its standard input ends. Each message taken leaves NNNN.eml, its bytes, and NNNN.json:
the envelope and what Python's own parser makes of the bytes. What it does with a message:

    accept    takes it
    postpone  answers the first N recipients with 451, then accepts
    refuse    answers the recipient given by --refuse with 550
    reject    answers every message with 554, after reading it
    drop      takes the first N messages and closes the connection without an answer, then accepts
    slow      answers every message after S seconds

With --fault something goes wrong N times, each told by a line "fault" behind the port; then it accepts. A STAGE is connect,
EHLO, STARTTLS, MAIL, RCPT, DATA, body (before the last dot) or dot (behind it, with the message taken), and WHAT happens there:

    4xx 5xx   that answer
    421       that answer, and the connection is closed
    silent    no answer at all
    cut       the connection is gone
    garbage   an answer that is none
    slow      an answer of one byte a second, and so all that follow
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


ANSWERS = {"4xx": "451 4.3.0 not now", "5xx": "554 5.7.1 never", "421": "421 4.3.2 closing down", "garbage": "\\o/"}


class Fault:
    """What goes wrong, and how often."""

    def __init__(self, name, times):
        self.stage, _, self.what = name.partition("-")
        self._left = times if name else 0

    def happens(self, stage):
        if stage != self.stage or self._left == 0:
            return False
        self._left -= 1
        print("fault", flush=True)
        return True


class FaultySMTP(SMTP):
    """Asks before each answer whether it goes wrong."""

    def __init__(self, fault, *arguments, **named):
        super().__init__(*arguments, **named)
        self._fault = fault
        self._slow = False

    async def spoil(self, stage):
        """Whether the stage is over, badly."""
        if not self._fault.happens(stage):
            return False
        what = self._fault.what
        if what == "slow":
            self._slow = True
            return False
        if what == "silent":
            await asyncio.sleep(3600)
        if what in ANSWERS:
            await self.push(ANSWERS[what])
        if what == "cut":
            self.transport.abort()
        elif what == "421" or stage == "connect":
            self.transport.close()
        return True

    async def push(self, status):
        if not self._slow:
            return await super().push(status)
        for byte in (status if isinstance(status, bytes) else status.encode()) + b"\r\n":
            self._writer.write(bytes([byte]))
            await self._writer.drain()
            await asyncio.sleep(1)

    async def _handle_client(self):
        if not await self.spoil("connect"):
            await super()._handle_client()

    async def smtp_EHLO(self, hostname):
        if not await self.spoil("EHLO"):
            await super().smtp_EHLO(hostname)

    async def smtp_STARTTLS(self, arg):
        if not await self.spoil("STARTTLS"):
            await super().smtp_STARTTLS(arg)

    async def smtp_MAIL(self, arg):
        if not await self.spoil("MAIL"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg):
        if not await self.spoil("RCPT"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg):
        if await self.spoil("DATA"):
            return
        if self._fault.stage == "body" and self._fault.happens("body"):
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class Handler:
    def __init__(self, options, fault):
        self.fault = fault
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
        if self.fault.what in ("4xx", "5xx") and self.fault.happens("dot"):
            return ANSWERS[self.fault.what]
        self.count += 1
        name = pathlib.Path(self.options.directory) / f"{self.count:04}"
        name.with_suffix(".eml").write_bytes(envelope.original_content)
        name.with_suffix(".json").write_text(json.dumps(describe(envelope)))
        if self.options.mode == "drop" and self._spend():
            server.transport.abort()
        return "" if await server.spoil("dot") else "250 OK"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory")
    parser.add_argument("--mode", default="accept")
    parser.add_argument("--fault", default="")
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
        if options.certificate:  # without one nobody can agree on anything with it
            context.load_cert_chain(options.certificate, options.key)

    def authenticate(server, session, envelope, mechanism, given):
        known = LoginPassword(options.user.encode(), options.password.encode())
        return AuthResult(success=given == known)

    fault = Fault(options.fault, options.times)
    handler = Handler(options, fault)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    def protocol():
        starttls = options.tls == "starttls"
        return FaultySMTP(fault, handler, hostname="localhost", loop=loop,
                          tls_context=context if starttls else None,
                          require_starttls=starttls, authenticator=authenticate,
                          auth_required=bool(options.user), auth_require_tls=False)

    server = loop.run_until_complete(
        loop.create_server(protocol, "127.0.0.1", 0, ssl=context if options.tls == "tls" else None))
    print(server.sockets[0].getsockname()[1], flush=True)
    loop.add_reader(sys.stdin, lambda: sys.stdin.buffer.read1(1) or loop.stop())
    loop.run_forever()


if __name__ == "__main__":
    main()
