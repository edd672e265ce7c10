"""A mail server for tests: it speaks just enough SMTP to take letters, and to refuse those for addresses it is told."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class PostOffice:
    """What came in, and whom it does not know."""

    unknown: set[str] = field(default_factory=set)
    letters: list[EmailMessage] = field(default_factory=list)
    url: str = ""


class _Counter(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        office: PostOffice = self.server.office  # type: ignore[attr-defined]
        self._say("220 post office")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "QUIT":
                self._say("221 bye")
                return
            if verb == "RCPT" and line.split("<")[1].rstrip(">") in office.unknown:
                self._say("550 nobody here by that name")
            elif verb == "DATA":
                self._say("354 go on")
                office.letters.append(self._letter())
                self._say("250 taken")
            else:
                self._say("250 fine")

    def _letter(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return message_from_bytes(b"".join(lines), policy=policy.default)

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def open_post_office() -> Iterator[PostOffice]:
    """Open a mail server on this machine."""
    office = PostOffice()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Counter) as server:
        server.daemon_threads = True
        server.office = office  # type: ignore[attr-defined]
        office.url = f"smtp://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield office
        finally:
            server.shutdown()
            thread.join()
