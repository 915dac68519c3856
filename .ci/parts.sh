# Sourced by the scripts of this folder. `part NAME SECONDS COMMAND...` runs a command within a time limit, prints how long it took, and
# ends the script with a message if the command fails or reaches the limit. The times of all parts are printed when the script ends.
#
# GENSERVER_CI_PATIENCE=2 doubles every limit, for a machine that is slow or busy.
# .ci/run sets two more for the scripts it calls: CI_DEADLINE, the second of the epoch at which the whole run ends, and CI_TIMES, the
# file that collects the times.
set -euo pipefail

if [ -z "${CI_TIMES:-}" ]; then
	CI_TIMES=$(mktemp)
	export CI_TIMES
	trap 'print_times; rm -f "$CI_TIMES"' EXIT
fi

# Maven in continuous integration: what tests print is written to target/surefire-reports/*-output.txt instead of the console.
maven=(mvn --batch-mode --no-transfer-progress -Dmaven.test.redirectTestOutputToFile=true)

print_times() {
	[ -s "$CI_TIMES" ] || return 0
	echo "Seconds per part:"
	awk '{ sum += $1; print } END { printf "%6d  all\n", sum }' "$CI_TIMES"
}

part() {
	local name=$1 limit=$(($2 * ${GENSERVER_CI_PATIENCE:-1})) started rc=0 took left
	shift 2
	started=$(date +%s)
	if [ -n "${CI_DEADLINE:-}" ]; then
		left=$((CI_DEADLINE - started))
		[ "$left" -gt 0 ] || left=1
		[ "$left" -ge "$limit" ] || limit=$left
	fi
	echo "=== $name (at most $limit s)"
	timeout --kill-after=20 "$limit" "$@" || rc=$?
	took=$(($(date +%s) - started))
	printf '%6d  %s\n' "$took" "$name" >> "$CI_TIMES"
	case $rc in
		0) echo "=== $name: $took s" ;;
		124 | 137)
			echo "=== $name: stopped after $took s, its limit is $limit s. GENSERVER_CI_PATIENCE=2 doubles the limits of all parts." >&2
			newest_output
			exit 1
			;;
		*)
			echo "=== $name: failed after $took s" >&2
			exit "$rc"
			;;
	esac
}

# What the test printed last that was running when a part was stopped.
newest_output() {
	local newest
	newest=$(find . -path '*/target/*-reports/*-output.txt' -newermt '-30 minutes' -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2-)
	[ -z "$newest" ] || { echo "The end of $newest:" >&2; tail -n 40 "$newest" | cut -c -300 >&2; }
}

# The home of the JDK that the build compiles and tests with, whatever runs Maven.
build_jdk() {
	mvn --batch-mode --quiet --non-recursive validate org.codehaus.mojo:exec-maven-plugin:3.6.4:exec \
		-Dexec.executable=java "-Dexec.args=-XshowSettings:properties -version" 2>&1 | sed -n 's/^ *java\.home = //p'
}
