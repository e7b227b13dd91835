; The installer of Windows: Inno Setup 6. `installer/stage.py` makes the folder that it packs.
;   ISCC /DAppVersion=1.2.3 /DStage=FOLDER /O=FOLDER loom.iss        (/DSign: with the sign tool "loom", see release.yml)
; Silent, as an update starts it: /VERYSILENT /SUPPRESSMSGBOXES /NORESTART /SP- /LOG=FILE /RELAUNCH=1
; Removing it silently leaves all that is the user's own, unless /REMOVEUSERDATA=1 is said.

#ifndef AppVersion
  #error Say the version of Cargo.toml: /DAppVersion=1.2.3
#endif
#ifndef Stage
  #error Say the folder that stage.py made: /DStage=FOLDER
#endif
; wine knows no folder of programs of one user: installer/verify names another one.
#ifndef Folder
  #define Folder "{autopf}\Loom"
#endif
; Resources take numbers alone: 1.2.3-beta.1 is 1.2.3 there.
#define Numbers Copy(AppVersion, 1, Pos("-", AppVersion + "-") - 1)

[Setup]
; Never changed: by it an upgrade finds what it replaces.
AppId={{8B3D9C52-6E0F-4B8A-9B51-4C1F0E7A2D63}
AppName=Loom
AppVersion={#AppVersion}
AppPublisher=The Loom authors
VersionInfoVersion={#Numbers}
OutputBaseFilename=Loom_Setup_{#AppVersion}
SetupIconFile=..\assets\icon\loom.ico
WizardStyle=modern
; For oneself and without administrator rights; for all users where that is asked for.
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog commandline
DefaultDirName={#Folder}
DisableProgramGroupPage=yes
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0
; The program holds these (src/sys/presence.rs). Nothing is closed by force: there may be unsaved work in it.
AppMutex=Loom.Running,Global\Loom.Running
SetupMutex=Loom.Setup
CloseApplications=no
RestartApplications=no
ChangesAssociations=yes
ChangesEnvironment=yes
UninstallDisplayName=Loom
UninstallDisplayIcon={app}\Loom.exe
SetupLogging=yes
; Loom.exe and loom.com are all but the same: with both in reach of the dictionary the second costs nothing.
Compression=lzma2/max
LZMADictionarySize=65536
LZMAUseSeparateProcess=yes
SolidCompression=yes
#ifdef Sign
SignTool=loom
SignedUninstaller=yes
#endif

[Tasks]
Name: desktop; Description: "An icon on the desktop"; Flags: unchecked
Name: associate; Description: "Open .loom files with Loom"; Flags: unchecked
Name: path; Description: "The command loom in terminals that are opened from now on"; Flags: unchecked

[Files]
; First what alone may still run: where Setup gives up over it, all else is as it was.
Source: "{#Stage}\uv.exe"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Stage}\Loom.exe"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Stage}\loom.com"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Stage}\licences\*"; DestDir: "{app}\licences"; Flags: ignoreversion recursesubdirs

[Dirs]
; Where Loom keeps projects and settings. Whoever installs for all users is not all of them: theirs are made by Loom.
Name: "{localappdata}\Loom\userdata"; Flags: uninsneveruninstall; Check: not IsAdminInstallMode

[Icons]
Name: "{autoprograms}\Loom"; Filename: "{app}\Loom.exe"; AppUserModelID: "Loom"
Name: "{autodesktop}\Loom"; Filename: "{app}\Loom.exe"; AppUserModelID: "Loom"; Tasks: desktop

[Registry]
Root: HKA; Subkey: "Software\Classes\.loom"; ValueType: string; ValueData: "Loom.Project"; Flags: uninsdeletevalue uninsdeletekeyifempty; Tasks: associate
Root: HKA; Subkey: "Software\Classes\Loom.Project"; ValueType: string; ValueData: "Loom project"; Flags: uninsdeletekey; Tasks: associate
Root: HKA; Subkey: "Software\Classes\Loom.Project\DefaultIcon"; ValueType: string; ValueData: "{app}\Loom.exe,0"; Tasks: associate
Root: HKA; Subkey: "Software\Classes\Loom.Project\shell\open\command"; ValueType: string; ValueData: """{app}\Loom.exe"" ""%1"""; Tasks: associate

[Run]
Filename: "{app}\Loom.exe"; Description: "Start Loom"; Flags: nowait postinstall skipifsilent
Filename: "{app}\Loom.exe"; Flags: nowait runasoriginaluser; Check: IsUpdate

[UninstallDelete]
; What Loom unpacks and downloads for itself.
Type: filesandordirs; Name: "{localappdata}\Loom\runtime"
Type: filesandordirs; Name: "{localappdata}\Loom\userdata\updates"
; Goes only if nothing of the user's own is left in it.
Type: dirifempty; Name: "{localappdata}\Loom"

[Code]
const
  Mutexes = 'Loom.Running,Global\Loom.Running';
  // Loom saves, ends its engines and closes; that takes seconds.
  MostWait = 60000;
  UninstallKey = 'Software\Microsoft\Windows\CurrentVersion\Uninstall\{8B3D9C52-6E0F-4B8A-9B51-4C1F0E7A2D63}_is1';

var
  IsDone: Boolean;

// Started by Loom itself, which closes meanwhile and is to come back.
function IsUpdate: Boolean;
begin
  Result := WizardSilent and (ExpandConstant('{param:RELAUNCH|0}') = '1');
end;

// A silent Setup would refuse at once while Loom runs: wait for its end.
function InitializeSetup: Boolean;
var
  Waited: Integer;
begin
  Waited := 0;
  while IsUpdate and CheckForMutexes(Mutexes) and (Waited < MostWait) do
  begin
    Sleep(100);
    Waited := Waited + 100;
  end;
  Log(Format('waited %d ms for Loom to end', [Waited]));
  Result := True;
end;

// The start of the folder in a list of folders like PATH, counted in a list that has a semicolon at both ends; 0: it is
// not there.
function PlaceInPath(const Folder, List: String): Integer;
begin
  Result := Pos(';' + Uppercase(Folder) + ';', ';' + Uppercase(List) + ';');
end;

function EnvironmentKey: String;
begin
  if IsAdminInstallMode then
    Result := 'System\CurrentControlSet\Control\Session Manager\Environment'
  else
    Result := 'Environment';
end;

procedure AddToPath(const Folder: String);
var
  List: String;
begin
  if not RegQueryStringValue(HKA, EnvironmentKey, 'Path', List) then
    List := '';
  if PlaceInPath(Folder, List) > 0 then
    exit;
  if (List <> '') and (List[Length(List)] <> ';') then
    List := List + ';';
  RegWriteExpandStringValue(HKA, EnvironmentKey, 'Path', List + Folder);
end;

procedure RemoveFromPath(const Folder: String);
var
  List: String;
  Place: Integer;
begin
  if not RegQueryStringValue(HKA, EnvironmentKey, 'Path', List) then
    exit;
  Place := PlaceInPath(Folder, List);
  if Place = 0 then
    exit;
  // With the semicolon after it, or, at the end, the one before it.
  Delete(List, Place, Length(Folder) + 1);
  if (Place > Length(List)) and (List <> '') and (List[Length(List)] = ';') then
    Delete(List, Length(List), 1);
  if List = '' then
    RegDeleteValue(HKA, EnvironmentKey, 'Path')
  else
    RegWriteExpandStringValue(HKA, EnvironmentKey, 'Path', List);
end;

procedure CurStepChanged(Step: TSetupStep);
begin
  if Step = ssPostInstall then
  begin
    if WizardIsTaskSelected('path') then
      AddToPath(ExpandConstant('{app}'))
    else
      RemoveFromPath(ExpandConstant('{app}'));
  end;
  if Step = ssDone then
    IsDone := True;
end;

// An update that did not go through: the version that is installed comes back, and tells of it; where a window of it is
// open still, that one comes to the front.
procedure DeinitializeSetup;
var
  Folder: String;
  Code: Integer;
begin
  if IsDone or not IsUpdate then
    exit;
  if RegQueryStringValue(HKA, UninstallKey, 'InstallLocation', Folder) then
    ExecAsOriginalUser(AddBackslash(Folder) + 'Loom.exe', '', '', SW_SHOWNORMAL, ewNoWait, Code);
end;

procedure RemoveOwn(const Name: String);
begin
  DelTree(ExpandConstant('{localappdata}\Loom\') + Name, True, True, True);
end;

procedure CurUninstallStepChanged(Step: TUninstallStep);
var
  IsAsked: Boolean;
begin
  if Step <> usUninstall then
    exit;
  RemoveFromPath(ExpandConstant('{app}'));
  if UninstallSilent then
    IsAsked := ExpandConstant('{param:REMOVEUSERDATA|0}') = '1'
  else
    IsAsked := DirExists(ExpandConstant('{localappdata}\Loom\userdata')) and
      (MsgBox('Remove your projects, your nodes and the settings as well?' + #13#10#13#10 +
        'They lie in ' + ExpandConstant('{localappdata}\Loom') + ' and cannot be brought back.',
        mbConfirmation, MB_YESNO or MB_DEFBUTTON2) = IDYES);
  if IsAsked then
  begin
    RemoveOwn('userdata');
    RemoveOwn('nodebank');
  end;
end;
