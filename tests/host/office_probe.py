"""What LibreOffice makes of a workbook: run by the Python that has LibreOffice's bridge, answers one line of JSON.

    python3 office_probe.py PROGRAM_FOLDER PROFILE_FOLDER < {"book": path, "passwords": [...], "subs": [...]}

Tries the passwords on each sheet's lock, one after the other, and calls the Subs with a bridge that only writes down
what it is asked. The bridge must be there before the first book is loaded: LibreOffice asks for it once in its life.
"""

import json
import subprocess
import sys
import time

import uno
import unohelper
from com.sun.star.beans import PropertyValue
from com.sun.star.lang import XMultiServiceFactory, XServiceInfo, XSingleComponentFactory
from com.sun.star.script import XInvocation

OLE_FACTORY = "com.sun.star.bridge.OleObjectFactory"
BRIDGE = "Casebook.Bridge"
WAIT_S = 90
FRESH_PROFILE = 81


class Bridge(unohelper.Base, XInvocation):
    def __init__(self, presses):
        self.presses = presses

    def getIntrospection(self):
        return None

    def invoke(self, name, arguments, _, __):
        if name.lower() == "ping":
            return "Casebook", (), ()
        if name.lower() == "islong":
            return True, (), ()
        self.presses.append([name, *arguments])
        return "!Refused for the test." if "refund" in arguments[-1] else "Done.", (), ()

    def setValue(self, name, value):
        pass

    def getValue(self, name):
        return None

    def hasMethod(self, name):
        return name.lower() in ("press", "ping", "islong")

    def hasProperty(self, name):
        return False


class Objects(unohelper.Base, XMultiServiceFactory):
    def __init__(self, presses):
        self.presses = presses

    def createInstance(self, name):
        return Bridge(self.presses) if name == BRIDGE else None

    def createInstanceWithArguments(self, name, arguments):
        return self.createInstance(name)

    def getAvailableServiceNames(self):
        return (BRIDGE,)


class Factory(unohelper.Base, XSingleComponentFactory, XServiceInfo):
    def __init__(self, presses):
        self.presses = presses

    def createInstanceWithContext(self, context):
        return Objects(self.presses)

    def createInstanceWithArgumentsAndContext(self, arguments, context):
        return Objects(self.presses)

    def getImplementationName(self):
        return "casebook.test.Factory"

    def supportsService(self, name):
        return name == OLE_FACTORY

    def getSupportedServiceNames(self):
        return (OLE_FACTORY,)


def start(program, profile):
    """A private LibreOffice and its context; a fresh profile makes it end once and want a second start."""
    address = f"pipe,name=casebookprobe{time.monotonic_ns()};urp;"
    command = [
        f"{program}/soffice.bin",
        *("--headless", "--nologo", "--norestore", "--nodefault", "--nolockcheck"),
        f"-env:UserInstallation={uno.systemPathToFileUrl(profile)}",
        f"--accept={address}",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    deadline = time.monotonic() + WAIT_S
    while True:
        try:
            return process, resolver.resolve(f"uno:{address}StarOffice.ComponentContext")
        except uno.getClass("com.sun.star.connection.NoConnectException"):
            if time.monotonic() > deadline:
                process.kill()
                raise
        try:
            code = process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        if code != FRESH_PROFILE:
            raise SystemExit(f"LibreOffice ended with {code}")
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def option(name, value):
    item = PropertyValue()
    item.Name, item.Value = name, value
    return item


def unlocks(sheet, password):
    """True when the password opens the lock, None when there is no lock to open."""
    if not sheet.isProtected():
        return None
    try:
        sheet.unprotect(password)
    except uno.getClass("com.sun.star.uno.Exception"):
        return False
    return not sheet.isProtected()


def call(document, sub):
    address = f"vnd.sun.star.script:VBAProject.{sub}?language=Basic&location=document"
    document.getScriptProvider().getScript(address).invoke((), (), ())


def probe(context, wishes):
    presses = []
    context.ServiceManager.insert(Factory(presses))
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    url = uno.systemPathToFileUrl(wishes["book"])
    document = desktop.loadComponentFromURL(url, "_blank", 0, (option("MacroExecutionMode", 4),))
    sheets = [document.Sheets.getByIndex(number) for number in range(document.Sheets.Count)]
    locks = {sheet.Name: [unlocks(sheet, password) for password in wishes["passwords"]] for sheet in sheets}
    for sub in wishes["subs"]:
        call(document, sub)
    answer = {"locks": locks, "presses": presses, "first cell": sheets[0].getCellByPosition(0, 0).String}
    document.close(True)
    return answer, desktop


def main():
    program, profile = sys.argv[1:]
    process, context = start(program, profile)
    try:
        answer, desktop = probe(context, json.load(sys.stdin))
        sys.stdout.write(json.dumps(answer))
        desktop.terminate()
        process.wait(20)
    finally:
        if process.poll() is None:
            process.kill()


if __name__ == "__main__":
    main()
