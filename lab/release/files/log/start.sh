#!/bin/sh
# Starts rsyslogd for the other services; the log folder belongs to the user it drops to.
set -e
chown -R 10000:10000 /var/log/docker /run/rsyslog
rm -f /run/rsyslog/rsyslogd.pid
# Every hour, as Harbor's own; what is too large is cut off and packed.
while sleep 3600; do
  su harbor -c "logrotate --state /run/rsyslog/logrotate.state /etc/logrotate.d/logrotate.conf"
done &
exec /usr/sbin/rsyslogd -n -i /run/rsyslog/rsyslogd.pid
