Attribute VB_Name = "Casebook"
Option Explicit
' The way from a click to Casebook and back. This module carries the name of a button to the bridge and shows
' the answer; every rule lives behind the bridge. One text serves Excel and LibreOffice, hence late binding,
' no conditional lines and no calls into libraries.
' An answer that starts with "!" is a refusal or a problem and is shown in a message box; a blank one needs no word,
' since the message cell in sight has it.

' The bridge as LibreOffice found it when the workbook was opened; Excel finds it anew for each press.
Private kept As Object
' True while a text of ours stands in LibreOffice's status bar.
Private inBar As Boolean

' A button on a sheet: the workbook is the one that carries this code.
Public Sub Press(ByVal actionId As String)
    Deliver ThisWorkbook, actionId, False
End Sub

' A button of the ribbon: its tag names the action, the workbook is the one in front.
Public Sub RibbonPress(control As Object)
    Deliver ActiveWorkbook, control.Tag, False
End Sub

' The workbook was opened: only the status bar speaks.
Public Sub BookOpened()
    Deliver ThisWorkbook, "book.opened", True
End Sub

' The workbook is about to close: the status bar is the program's again.
Public Sub BookClosing()
    On Error Resume Next
    Application.StatusBar = False
End Sub

Private Sub Deliver(ByVal book As Object, ByVal actionId As String, ByVal quiet As Boolean)
    Dim bridge As Object
    Dim answer As String
    Dim fault As String
    If book Is Nothing Then
        Tell "!Nothing was changed: there is no workbook in front. Show your Casebook workbook, then press the button again.", quiet
        Exit Sub
    End If
    If book.Path = "" Then
        Tell "!Nothing was changed: this workbook is not saved in a folder. Save it in its folder, then press the button again.", quiet
        Exit Sub
    End If
    Set bridge = FindBridge(book)
    If bridge Is Nothing Then
        Tell "!Casebook did not answer, so nothing was changed. " & Remedy(book), quiet
        Exit Sub
    End If
    If TakesLong(book, bridge, actionId) Then ShowInBar "Casebook is working ..."
    On Error GoTo lost
    answer = bridge.Press(BookAddress(book), actionId)
    If answer = "" And Not inBar Then Exit Sub
    On Error GoTo 0
    Tell answer, quiet
    Exit Sub
lost:
    fault = Err.Description
    Tell "!Casebook stopped before it answered. Press Refresh to see what was done. If this comes back, start 'casebook doctor'. (" & fault & ")", quiet
End Sub

' Only the search is repeated, never the press: the bridge may be on its way out at the first try.
Private Function FindBridge(ByVal book As Object) As Object
    Dim found As Object
    On Error Resume Next
    If IsLibreOffice(book) Then
        Set FindBridge = FindKept()
        Exit Function
    End If
    Set found = CreateObject("Casebook.Bridge")
    If found Is Nothing Then Set found = CreateObject("Casebook.Bridge")
    Set FindBridge = found
End Function

' Once Casebook has died, LibreOffice's CreateObject breaks off with a fault that no macro can catch; a question to
' what was found before gives one that can be caught.
Private Function FindKept() As Object
    Dim sign As String
    On Error Resume Next
    If kept Is Nothing Then Set kept = CreateObject("Casebook.Bridge")
    sign = kept.Ping()
    If sign = "Casebook" Then Set FindKept = kept
End Function

Private Function Remedy(ByVal book As Object) As String
    Remedy = "Start 'casebook doctor', do what it says, then press the button again."
    If IsLibreOffice(book) Then Remedy = "Save and close this window, then start 'casebook open'."
End Function

' Excel's FullName begins with the path, LibreOffice's is the name alone.
Private Function IsLibreOffice(ByVal book As Object) As Boolean
    IsLibreOffice = (InStr(book.FullName, book.Path) <> 1)
End Function

' Path and name are joined here: see IsLibreOffice.
Private Function BookAddress(ByVal book As Object) As String
    Dim separator As String
    separator = "\"
    If InStr(book.Path, "/") > 0 Then separator = "/"
    BookAddress = book.Path & separator & book.Name
End Function

' Excel's status bar costs nothing. In LibreOffice each change of it repaints the window, so a step that is done
' before anybody could read the bar leaves it alone.
Private Function TakesLong(ByVal book As Object, ByVal bridge As Object, ByVal actionId As String) As Boolean
    TakesLong = True
    On Error Resume Next
    If IsLibreOffice(book) Then TakesLong = bridge.IsLong(actionId)
End Function

Private Sub ShowInBar(ByVal words As String)
    Application.StatusBar = words
    inBar = True
End Sub

Private Sub ClearBar()
    If inBar Then Application.StatusBar = False
    inBar = False
End Sub

Private Sub Tell(ByVal answer As String, ByVal quiet As Boolean)
    Dim words As String
    words = answer
    If Left(words, 1) = "!" Then words = Mid(words, 2)
    On Error Resume Next
    If words = "" Then
        ClearBar
    Else
        ShowInBar Left(Replace(Replace(words, vbCr, ""), vbLf, " "), 200)
    End If
    If Left(answer, 1) = "!" And Not quiet Then MsgBox Left(words, 1000), vbExclamation, "Casebook"
End Sub
