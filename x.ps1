# Loom's one command on Windows: `.\x.ps1 run` builds and opens it, `.\x.ps1 test` builds and tests it.
# Checks what is needed before it starts, and says the command that gets what is missing. Asks nothing.
# Works in Windows PowerShell 5.1 and PowerShell 7. Where scripts are forbidden:
#   powershell -ExecutionPolicy Bypass -File x.ps1 run
param(
    [Parameter(Position = 0)][string]$Verb = 'help',
    [Parameter(Position = 1, ValueFromRemainingArguments = $true)][string[]]$Rest = @()
)

Set-StrictMode -Version 2
# Programs write progress to standard error, which 5.1 would take for a failure: exit codes are looked at instead.
$ErrorActionPreference = 'Continue'
Set-Location -LiteralPath $PSScriptRoot

function Show-Usage {
    Write-Host @'
.\x.ps1 VERB [ARGUMENTS]

  run [PROJECT]   build in release and open PROJECT (examples/coins)
  test            install what tests need, then format, lints, Rust tests and Python tests
  bench [NAMES]   the benchmarks: canvas, engine, load, picture (all)
  format          rewrite the sources in their format
  help            this text
'@
}

function Stop-With([string]$Message) {
    Write-Host "x: $Message" -ForegroundColor Red
    exit 1
}

function Test-Command([string]$Name) {
    return [bool](Get-Command $Name -CommandType Application -ErrorAction SilentlyContinue)
}

function Assert-Rust {
    $bin = Join-Path $env:USERPROFILE '.cargo\bin'
    if (-not (Test-Command 'cargo') -and (Test-Path (Join-Path $bin 'cargo.exe'))) {
        $env:PATH = "$bin;$env:PATH"
    }
    if (-not (Test-Command 'cargo')) {
        Stop-With "Rust is missing. Get it with:`n    winget install -e --id Rustlang.Rustup`n  then open a new terminal and run this again."
    }
    # With rustup, rust-toolchain.toml chooses the version and fetches it; without, the version must fit already.
    $text = (& cargo --version 2>$null) -join ' '
    if ($LASTEXITCODE -ne 0 -or $text -notmatch '^cargo (\d+)\.(\d+)') {
        Stop-With 'Rust does not start here: `cargo --version` failed. Repair it with: rustup toolchain install 1.95.0'
    }
    if ([int]$Matches[1] -eq 1 -and [int]$Matches[2] -lt 95) {
        Stop-With "$text is too old, 1.95 is needed. Get it with: rustup toolchain install 1.95.0"
    }
    # Rust's Windows toolchain links with Microsoft's linker, which comes with the build tools.
    $where = Join-Path ${env:ProgramFiles(x86)} 'Microsoft Visual Studio\Installer\vswhere.exe'
    $hosts = (& rustc -vV 2>$null) -join ' '
    if ($hosts -match 'host: \S+-msvc' -and -not (Test-Path $where) -and -not (Test-Command 'link')) {
        Stop-With "Microsoft's C++ build tools are missing. Get them with:`n    winget install -e --id Microsoft.VisualStudio.2022.BuildTools --override `"--wait --passive --add Microsoft.VisualStudio.Workload.VCTools --includeRecommended`"`n  then run this again."
    }
}

# The path of an interpreter that is new enough.
function Get-Python {
    $code = 'import sys; print(sys.executable if sys.version_info >= (3, 11) else "")'
    $candidates = @(
        @('py', '-3'), @('py', '-3.14'), @('py', '-3.13'), @('py', '-3.12'), @('py', '-3.11'), @('python'), @('python3')
    )
    foreach ($candidate in $candidates) {
        if (-not (Test-Command $candidate[0])) { continue }
        $arguments = @($candidate | Select-Object -Skip 1) + @('-c', $code)
        # The Store's stand-in named `python` prints an advertisement and fails.
        $found = & $candidate[0] @arguments 2>$null
        if ($LASTEXITCODE -eq 0 -and $found) { return ([string]@($found)[-1]).Trim() }
    }
    Stop-With "Python 3.11 or newer is missing. Get it with:`n    winget install -e --id Python.Python.3.12`n  then open a new terminal and run this again."
}

function Invoke-Run([string[]]$Arguments) {
    $project = 'examples/coins'
    if ($Arguments.Count -gt 0) { $project = $Arguments[0] }
    Assert-Rust
    $null = Get-Python
    & cargo build --release --locked
    if ($LASTEXITCODE -ne 0) { Stop-With "the build failed (exit code $LASTEXITCODE), see above" }
    $began = Get-Date
    $window = Start-Process -FilePath 'target\release\loom.exe' -ArgumentList "`"$project`"" -NoNewWindow -PassThru
    # Without this, 5.1 forgets the exit code.
    $null = $window.Handle
    $window.WaitForExit()
    $code = $window.ExitCode
    # A window that was open for a while and then failed is no reason to run the example.
    if ($code -eq 0 -or ((Get-Date) - $began).TotalSeconds -gt 20) { exit $code }
    Write-Host "x: the window could not be opened (exit code $code, see above): running $project without it"
    $pictures = "$project/.loom/pictures"
    if ($project -ne 'examples/coins') {
        & 'target\release\loom.exe' run $project --pictures $pictures
        exit $LASTEXITCODE
    }
    $results = @(& 'target\release\loom.exe' run $project --pictures $pictures --print 'Count of regions.result' --print 'Sum of areas.result')
    $code = $LASTEXITCODE
    Write-Host "coins: $($results | Select-Object -First 1)"
    Write-Host "their areas together: $($results | Select-Object -Skip 1 -First 1) pixels"
    Write-Host "pictures: $(Join-Path $PSScriptRoot $pictures)"
    exit $code
}

$script:Table = New-Object System.Collections.Generic.List[string]
$script:Total = [Diagnostics.Stopwatch]::StartNew()

function Show-Table {
    Write-Host ''
    foreach ($line in $script:Table) { Write-Host $line }
    Write-Host ('{0,-28} {1,5:0} s' -f 'total', $script:Total.Elapsed.TotalSeconds)
}

# Run a program, note how long it took, stop at the first failure.
function Invoke-Part([string]$Name, [string]$Program, [string[]]$Arguments) {
    Write-Host "x: --- $Name"
    $clock = [Diagnostics.Stopwatch]::StartNew()
    & $Program @Arguments
    $code = $LASTEXITCODE
    $script:Table.Add(('{0,-28} {1,5:0} s' -f $Name, $clock.Elapsed.TotalSeconds))
    if ($code -ne 0) {
        Show-Table
        Stop-With "FAILED: $Name (exit code $code). By itself: $Program $($Arguments -join ' ')"
    }
}

# .venv-test: made anew when its requirements or the interpreter change. Gives its Python's path.
function Initialize-TestEnvironment([string]$Python) {
    $requirements = 'tests\python\requirements.txt'
    $own = Join-Path $PSScriptRoot '.venv-test\Scripts\python.exe'
    $stamp = "$((& $Python -VV) -join ' ') $((Get-FileHash $requirements -Algorithm SHA256).Hash)"
    $stampFile = '.venv-test\stamp'
    if ((Test-Path $own) -and (Test-Path $stampFile) -and ((Get-Content $stampFile -Raw).Trim() -eq $stamp)) { return $own }
    if (Test-Path '.venv-test') { Remove-Item -Recurse -Force '.venv-test' }
    Invoke-Part 'test environment' $Python @('-m', 'venv', '.venv-test') | Out-Host
    Invoke-Part 'test packages' $own @('-m', 'pip', 'install', '-q', '--disable-pip-version-check', '-r', $requirements) | Out-Host
    Set-Content -Path $stampFile -Value $stamp -Encoding ASCII
    return $own
}

function Invoke-Tests {
    Assert-Rust
    $python = Get-Python
    if (-not $env:INSTA_UPDATE) { $env:INSTA_UPDATE = 'no' }
    $own = Initialize-TestEnvironment $python
    # At the end: tests find `uv` there, and the system's Python stays the first.
    $env:PATH = "$env:PATH;$PSScriptRoot\.venv-test\Scripts"
    Invoke-Part 'rust format' 'cargo' @('fmt', '--check')
    Invoke-Part 'python format' $own @('-m', 'ruff', 'format', '--check', '.')
    Invoke-Part 'python lints' $own @('-m', 'ruff', 'check', '.')
    Invoke-Part 'python types' $own @('-m', 'mypy')
    Invoke-Part 'rust lints' 'cargo' @('clippy', '--locked', '--all-targets', '--', '-D', 'warnings')
    Invoke-Part 'rust tests' 'cargo' @('test', '--locked')
    Invoke-Part 'python tests' $own @('-m', 'pytest', '-q', 'tests/python')
    Show-Table
    Write-Host 'x: all tests passed'
}

function Invoke-Format {
    Assert-Rust
    $own = Initialize-TestEnvironment (Get-Python)
    Invoke-Part 'rust format' 'cargo' @('fmt')
    Invoke-Part 'python fixes' $own @('-m', 'ruff', 'check', '--fix-only', '-q', '.')
    Invoke-Part 'python format' $own @('-m', 'ruff', 'format', '.')
}

function Invoke-Bench([string[]]$Names) {
    Assert-Rust
    $null = Get-Python
    if ($Names.Count -eq 0) { $Names = @('canvas', 'engine', 'load', 'picture') }
    foreach ($name in $Names) { Invoke-Part "bench $name" 'cargo' @('bench', '--locked', '--bench', $name) }
}

switch ($Verb) {
    'run' { Invoke-Run $Rest }
    'test' { Invoke-Tests }
    'bench' { Invoke-Bench $Rest }
    'format' { Invoke-Format }
    'help' { Show-Usage }
    default {
        Show-Usage
        Stop-With "there is no verb `"$Verb`""
    }
}
