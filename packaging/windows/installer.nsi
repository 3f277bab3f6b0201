; SPDX-License-Identifier: Apache-2.0
; The installer of the agent for Windows, one for all: it takes the build of the running system.
;
;   makensis -DVERSION=… -DX86_64=agent.exe -DI686=agent.exe -DOUT=installer.exe [-DTARGET=amd64-unicode] installer.nsi
;
; What it makes knows /S (without a word), /NOSETUP (leaves the settings of Windows alone) and /PORT=NAME, the
; way to the host where that is not virtio-serial or vsock: COM2, say, or auto for the serial port to which a host
; speaks within a minute (nothing is sent to any). It ends
; with 0, 1 given up, 2 the agent refused (setup or service). Where it installs is not to be chosen:
; Windows runs the service with all rights, and only below Program Files may nobody else write.
!ifndef TARGET
  !define TARGET x86-unicode
!endif
Target ${TARGET}
Unicode true
!include LogicLib.nsh
!include x64.nsh
!include FileFunc.nsh

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Casement"

!define ASK_PORT "This guest has neither a virtio-serial port for Casement nor vsock. Listen to its serial ports for the host, \
  for a minute? Nothing is sent to them. Start the guest on the host meanwhile (casement guest start NAME)."

Name "Casement guest tools"
OutFile "${OUT}"
RequestExecutionLevel admin
SetCompressor /SOLID lzma
CRCCheck force
ShowInstDetails show
ShowUninstDetails show
Page instfiles
UninstPage uninstConfirm
UninstPage instfiles

; What the agent says goes into the list that a person sees.
!macro Agent WORDS
  DetailPrint "casement-agent ${WORDS}"
  nsExec::ExecToLog '"$INSTDIR\casement-agent.exe" ${WORDS}'
  Pop $0
!macroend

!macro MustAgent WORDS
  !insertmacro Agent "${WORDS}"
  ${If} $0 != 0
    DetailPrint "casement-agent ${WORDS} ended with $0"
    SetErrorLevel 2
  ${EndIf}
!macroend

; A service that has stopped, and its helpers, are programs that run for a moment more, and such cannot be
; removed or replaced.
!macro AgentGone
  StrCpy $1 0
  ${Do}
    ClearErrors
    Delete "$INSTDIR\casement-agent.exe"
    ${IfNot} ${Errors}
    ${OrIf} $1 >= 100
      ${ExitDo}
    ${EndIf}
    Sleep 100
    IntOp $1 $1 + 1
  ${Loop}
!macroend

Function .onInit
  ${If} ${RunningX64}
    SetRegView 64
    StrCpy $INSTDIR "$PROGRAMFILES64\Casement"
  ${Else}
    StrCpy $INSTDIR "$PROGRAMFILES\Casement"
  ${EndIf}
FunctionEnd

Function un.onInit
  ${If} ${RunningX64}
    SetRegView 64
  ${EndIf}
FunctionEnd

; Without a way to the host a person is asked, since what is attached to a serial port sees that it is opened.
!macro Port
  ${GetOptions} $1 "/PORT=" $2
  ${IfNot} ${Errors}
    ${If} $2 == "auto"
      !insertmacro MustAgent "port --find"
    ${Else}
      !insertmacro MustAgent "port $2"
    ${EndIf}
  ${Else}
    !insertmacro Agent "port"
    ${If} $0 == 4
    ${AndIf} ${Cmd} `MessageBox MB_YESNO|MB_ICONQUESTION "${ASK_PORT}" /SD IDNO IDYES`
      !insertmacro Agent "port --find"
    ${EndIf}
  ${EndIf}
!macroend

Section
  SetShellVarContext all
  ${If} ${FileExists} "$INSTDIR\casement-agent.exe" ; an update: a program that runs cannot be replaced
    !insertmacro Agent "service stop"
    !insertmacro AgentGone
  ${EndIf}
  SetOutPath "$INSTDIR"
  ${If} ${RunningX64}
    File "/oname=casement-agent.exe" "${X86_64}"
  ${Else}
    File "/oname=casement-agent.exe" "${I686}"
  ${EndIf}
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKLM "${UNINSTALL}" DisplayName "Casement guest tools"
  WriteRegStr HKLM "${UNINSTALL}" DisplayVersion "${VERSION}"
  WriteRegStr HKLM "${UNINSTALL}" DisplayIcon "$INSTDIR\casement-agent.exe"
  WriteRegStr HKLM "${UNINSTALL}" InstallLocation "$INSTDIR"
  WriteRegStr HKLM "${UNINSTALL}" UninstallString '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKLM "${UNINSTALL}" QuietUninstallString '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKLM "${UNINSTALL}" NoModify 1
  WriteRegDWORD HKLM "${UNINSTALL}" NoRepair 1
  ${GetParameters} $1
  ${GetOptions} $1 "/NOSETUP" $2
  ${If} ${Errors} ; not given
    !insertmacro MustAgent "setup"
  ${EndIf}
  !insertmacro Port
  !insertmacro MustAgent "service install"
  !insertmacro MustAgent "service start"
SectionEnd

Section Uninstall
  !insertmacro MustAgent "service remove"
  !insertmacro MustAgent "setup --undo"
  !insertmacro AgentGone
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  DeleteRegKey HKLM "${UNINSTALL}"
  DeleteRegValue HKLM "SOFTWARE\Casement\Agent" "Ports"
  ; What could not be put back (of a user who is not logged on) stays noted below it, for the next time.
  DeleteRegKey /ifempty HKLM "SOFTWARE\Casement\Agent"
  DeleteRegKey /ifempty HKLM "SOFTWARE\Casement"
SectionEnd
