"""Attacks on what stands beside a journal: snapshots, letters, evidence and packs."""

from __future__ import annotations

import hashlib
import io
import shutil
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec
import openpyxl

from addin.bench.audit.scene import Blow, Scene
from addin.month_end.controls import FIRST_ROW
from addin.packs.keys import KeyRing
from addin.packs.manifest import MANIFEST, PUBLIC_KEY, SIGNATURE, SUMS, Listed, decode, encode, sums
from addin.snapshots import MANIFEST as KEPT
from addin.snapshots import Store

Files = dict[str, bytes]


# ---- packs ----------------------------------------------------------------------------------------------------


def pack_files(pack: Path) -> Files:
    """The files of a pack by name."""
    with zipfile.ZipFile(pack) as package:
        return {name: package.read(name) for name in package.namelist()}


def write_files(path: Path, files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """A ZIP of these files as another program writes it."""
    with zipfile.ZipFile(path, "w", method) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return path


def _repacked(scene: Scene, work: Path, files: Files, *places: str) -> Blow:
    return Blow(write_files(work / "pack.zip", files), places=frozenset(places))


def change_byte_in_pack(scene: Scene, work: Path, rng: Random) -> Blow:
    """One byte of one file in the pack."""
    files = pack_files(scene.pack)
    name = rng.choice(sorted(files))
    content = bytearray(files[name])
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return _repacked(scene, work, {**files, name: bytes(content)}, name, *((MANIFEST,) if name in _SMALL else ()))


#: What is wrong with one of these may first show at another of them.
_SMALL: Final = frozenset({MANIFEST, SIGNATURE, PUBLIC_KEY, SUMS})


def flip_bit_in_pack(scene: Scene, work: Path, rng: Random) -> Blow | None:
    """One bit of the ZIP file itself; None where no program would read anything else than before."""
    content = bytearray(scene.pack.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path = work / "pack.zip"
    path.write_bytes(content)
    try:
        with zipfile.ZipFile(path) as package:
            names = package.namelist()
            same = len(names) == len(set(names)) and {n: package.read(n) for n in names} == pack_files(scene.pack)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError, KeyError):
        same = False
    return None if same else Blow(path)


def drop_from_pack(scene: Scene, work: Path, rng: Random) -> Blow:
    """A file is missing."""
    files = pack_files(scene.pack)
    name = rng.choice(sorted(files))
    del files[name]
    return _repacked(scene, work, files, name)


def add_to_pack(scene: Scene, work: Path, rng: Random) -> Blow:
    """A file that nobody signed."""
    name = rng.choice(["csv/18-more.csv", "month-end.xlsx", "../evil.txt", "manifest.json.bak"])
    return _repacked(scene, work, {**pack_files(scene.pack), name: b"x"}, name)


def swap_in_pack(scene: Scene, work: Path, rng: Random) -> Blow:
    """Two files change names."""
    files = pack_files(scene.pack)
    one, two = rng.sample(sorted(name for name in files if name.startswith("csv/")), 2)
    files[one], files[two] = files[two], files[one]
    return _repacked(scene, work, files, *((one,) if files[one] != files[two] else ()), two)


def cut_pack(scene: Scene, work: Path, rng: Random) -> Blow:
    """The file was half downloaded."""
    content = scene.pack.read_bytes()
    path = work / "pack.zip"
    path.write_bytes(content[: rng.randrange(4, len(content) - 1)])
    return Blow(path, places=frozenset({"pack.zip"}))


def change_workbook_cell(scene: Scene, work: Path, rng: Random) -> Blow:
    """A cell of a table in the pack's workbook, saved by another program."""
    files = pack_files(scene.pack)
    name = next(name for name in files if name.endswith(".xlsx"))
    book = openpyxl.load_workbook(io.BytesIO(files[name]))
    sheet = book[rng.choice(["Cases", "Change log"])]
    row = rng.randint(FIRST_ROW, sheet.max_row)
    cell = sheet.cell(row, rng.choice([1, 3, 4]))
    cell.value = f"{cell.value}1"
    target = io.BytesIO()
    book.save(target)
    return _repacked(scene, work, {**files, name: target.getvalue()}, f"{name}: {sheet.title}")


def change_month_workbook(scene: Scene, work: Path, rng: Random) -> Blow:
    """The same in the workbook alone, outside of its pack."""
    found = change_workbook_cell(scene, work, rng)
    with zipfile.ZipFile(found.path) as package:
        name = next(name for name in package.namelist() if name.endswith(".xlsx"))
        path = work / name
        path.write_bytes(package.read(name))
    return Blow(path, places=found.places)


def sign_anew(scene: Scene, work: Path, rng: Random) -> Blow:
    """A changed pack with consistent digests and the forger's own signature; the defender knows the register's key."""
    return Blow(
        _forged(scene, work), places=frozenset({PUBLIC_KEY}), key=decode(pack_files(scene.pack)[MANIFEST]).signer
    )


def sign_anew_against_register(scene: Scene, work: Path, rng: Random) -> Blow:
    """The same; the defender has the register."""
    return Blow(_forged(scene, work), places=frozenset({MANIFEST}), other=scene.folder)


def _forged(scene: Scene, work: Path) -> Path:
    files = pack_files(scene.pack)
    name = next(name for name in files if name.endswith("-cases.csv"))
    files[name] = files[name].replace(b"CASE-", b"CASF-", 1)
    key, old = KeyRing(work / "keys").create(), decode(files[MANIFEST])
    listed = tuple(
        Listed(file.name, len(files[file.name]), hashlib.sha256(files[file.name]).hexdigest()) for file in old.files
    )
    new = msgspec.structs.replace(old, files=listed, signer=key.public.fingerprint, public_key=key.public.raw.hex())
    files[MANIFEST], files[PUBLIC_KEY], files[SUMS] = encode(new), key.public.pem, sums(listed)
    files[SIGNATURE] = key.sign(files[MANIFEST])
    return write_files(work / "forged.zip", files)


# ---- snapshots ------------------------------------------------------------------------------------------------


def _snapshot(scene: Scene, work: Path) -> Path:
    """A copy of the whole store; answers the manifest."""
    shutil.copytree(scene.snapshot.parent, work / "snapshots")
    return work / "snapshots" / scene.snapshot.name


def _chunks(manifest: Path) -> list[Path]:
    kept = Store(manifest.parent).get(manifest.name.removesuffix(KEPT))
    names = {chunk for part in (*kept.parts, kept.journal) for chunk in part.chunks}
    return [manifest.parent / "chunks" / name[:2] / f"{name}.zst" for name in sorted(names)]


def change_chunk(scene: Scene, work: Path, rng: Random) -> Blow:
    """One bit in a chunk of a version."""
    manifest = _snapshot(scene, work)
    chunk = rng.choice(_chunks(manifest))
    content = bytearray(chunk.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    chunk.write_bytes(content)
    return Blow(manifest, seqs=frozenset({scene.kept}))


def drop_chunk(scene: Scene, work: Path, rng: Random) -> Blow:
    """A chunk is missing."""
    manifest = _snapshot(scene, work)
    rng.choice(_chunks(manifest)).unlink()
    return Blow(manifest, seqs=frozenset({scene.kept}))


def swap_chunks(scene: Scene, work: Path, rng: Random) -> Blow:
    """Two chunks change names."""
    manifest = _snapshot(scene, work)
    one, two = rng.sample(_chunks(manifest), 2)
    one.rename(work / "third")
    two.rename(one)
    (work / "third").rename(two)
    return Blow(manifest, seqs=frozenset({scene.kept}))


def change_snapshot_manifest(scene: Scene, work: Path, rng: Random) -> Blow:
    """A field of the manifest: head, number, digests, names."""
    manifest = _snapshot(scene, work)
    body: dict[str, Any] = msgspec.json.decode(manifest.read_bytes())
    changes: Mapping[str, Callable[[], object]] = {
        "head": lambda: body.update(head="0" * 64),
        "seq": lambda: body.update(seq=body["seq"] - 1),
        "sha256": lambda: body["parts"][0].update(sha256="0" * 64),
        "size": lambda: body["journal"].update(size=1),
        "chunks": lambda: body["journal"].update(chunks=body["journal"]["chunks"][:-1]),
        "name": lambda: body.update(name="another"),
    }
    changes[rng.choice(sorted(changes))]()
    manifest.write_bytes(msgspec.json.encode(body))
    return Blow(manifest)


def change_snapshot_words(scene: Scene, work: Path, rng: Random) -> Blow:
    """Who took a version, when or why, in the manifest of the register's own folder: its event knows better."""
    register = scene.copy_all(work)
    manifest = register / "snapshots" / scene.snapshot.name
    body: dict[str, Any] = msgspec.json.decode(manifest.read_bytes())
    body[rng.choice(["by", "why", "at"])] = "somebody else"
    manifest.write_bytes(msgspec.json.encode(body))
    return Blow(register, places=frozenset({"snapshots/"}))


def exchange_snapshot(scene: Scene, work: Path, rng: Random) -> Blow:
    """A version whose whole contents were made anew, digests and all, after an event was altered; the journal knows."""
    register = scene.copy_all(work)
    from addin.bench.audit.attack_journal import rehash_all  # noqa: PLC0415 - this attack stands on that one
    from addin.journal.examine import examine  # noqa: PLC0415
    from addin.journal.sqlite import SqliteJournal  # noqa: PLC0415

    altered = rehash_all(scene, work, rng)
    head = examine(altered.path).head
    journal = SqliteJournal(altered.path, read_only=True)
    store = Store(work / "other")
    kept = store.keep(
        "forged", register / "casebook.xlsm", journal, at="2026-01-01T00:00:00+00:00", why="x", by="x", head=head
    )
    journal.close()
    return Blow(work / "other" / f"{kept.name}{KEPT}", altered.seqs, other=scene.folder)


# ---- letters and evidence -------------------------------------------------------------------------------------


def _beside(scene: Scene, pattern: str, rng: Random) -> str:
    found = sorted(path for path in scene.folder.glob(pattern) if path.is_file() and path.stat().st_size)
    return rng.choice(found).relative_to(scene.folder).as_posix()


def _tampered(scene: Scene, work: Path, pattern: str, rng: Random) -> Blow:
    register, name = scene.copy_all(work), _beside(scene, pattern, rng)
    path = register / name
    content = bytearray(path.read_bytes())
    match rng.choice(["byte", "end", "gone", "longer"]):
        case "byte":
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        case "end":
            content = content[:-1]
        case "longer":
            content += b" "
        case _:
            path.unlink()
            return Blow(register, places=frozenset({name}))
    path.write_bytes(content)
    return Blow(register, places=frozenset({name}))


def change_letter(scene: Scene, work: Path, rng: Random) -> Blow:
    """A letter or its index in the register's folder: changed, cut, longer or gone."""
    return _tampered(scene, work, "letters/LTR-*", rng)


def change_evidence(scene: Scene, work: Path, rng: Random) -> Blow:
    """A piece of evidence in the register's folder: changed, cut, longer or gone."""
    return _tampered(scene, work, "evidence/??/*", rng)


def change_kept_pack(scene: Scene, work: Path, rng: Random) -> Blow:
    """The pack in the register's folder, against the event that recorded it."""
    register = scene.copy_all(work)
    path = register / "packs" / scene.pack.name
    content = bytearray(path.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)
    return Blow(register, places=frozenset({f"packs/{scene.pack.name}"}))


RANDOM: Final = (
    change_byte_in_pack, flip_bit_in_pack, drop_from_pack, add_to_pack, swap_in_pack, cut_pack, change_chunk,
    drop_chunk, swap_chunks, change_snapshot_manifest, change_letter, change_evidence, change_kept_pack,
)  # fmt: skip
DESIGNED: Final = (
    *RANDOM, change_snapshot_words, change_workbook_cell, change_month_workbook, sign_anew, sign_anew_against_register,
    exchange_snapshot,
)  # fmt: skip

__all__ = ["DESIGNED", "RANDOM", "pack_files", "write_files"]
