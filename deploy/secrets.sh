#!/bin/bash
# Makes the secrets of an installation, each in a file of its own; what is there already is never changed.
#
#   deploy/secrets.sh [FOLDER]     else the folder that ONEWINDOW_SECRETS or .env names, else deploy/secrets;
#                                  relative to the checkout
#
# POSTGRES_HOST=host:5432 writes the addresses of a PostgreSQL that is not in a container.
#
# The folder is closed to everybody but its owner. The files in it can be read by whoever gets in, because a container
# sees each one as it is, and its process is neither root nor you.
set -euo pipefail
umask 077

cd "$(dirname "${BASH_SOURCE[0]}")/.."
named=$(sed -n 's/^ONEWINDOW_SECRETS=//p' .env 2>/dev/null || true)
folder=${1:-${ONEWINDOW_SECRETS:-${named:-./deploy/secrets}}}
host=${POSTGRES_HOST:-postgres:5432}
mkdir -p "$folder"
chmod 700 "$folder"

# keep NAME: writes standard input to the file, unless there is one
keep() {
  local file=$folder/$1
  if [ -e "$file" ]; then cat >/dev/null; return; fi
  cat >"$file.new"
  chmod 444 "$file.new"
  mv "$file.new" "$file"
  echo "made $file"
}

bytes() { head -c "$1" /dev/urandom; }
word() { bytes 24 | base64 | tr '+/' '-_'; }   # 32 characters that an address takes as they are
key() { bytes 32 | base64; }
address() { printf 'postgresql://%s:%s@%s/%s\n' "$1" "$(word)" "$host" "$2"; }

word | keep postgres_password
for service in intake mediation petition analytics; do
  address "$service" "$service" | keep "${service}_database_url"
  address "${service}_owner" "$service" | keep "${service}_owner_database_url"
  address "${service}_operator" "$service" | keep "${service}_operator_database_url"
  key | keep "${service}_master_key"
  echo '[]' | keep "${service}_previous_master_keys"
done

# One key for each direction of each pair. Both ends must hold the same, so the three files are made together or not at all.
pair() { printf '"%s": [{"id": "1", "key": "%s"}]' "$1" "$(key)"; }
there=0
for service in intake mediation petition; do
  [ ! -e "$folder/${service}_handover_keys" ] || there=$((there + 1))
done
case $there in
  0)
    mediation="$(pair 'intake>mediation'), $(pair 'mediation>intake')"
    petition="$(pair 'intake>petition'), $(pair 'petition>intake')"
    echo "{$mediation}" | keep mediation_handover_keys
    echo "{$petition}" | keep petition_handover_keys
    echo "{$mediation, $petition}" | keep intake_handover_keys
    ;;
  3) ;;
  *)
    echo "$folder: some of intake, mediation and petition_handover_keys are missing; bring them back, or delete all three" \
      "if nothing was ever handed over with them" >&2
    exit 1
    ;;
esac
echo "the secrets are in $folder; keep a copy of it elsewhere: without the master keys nothing sealed can be read again"
