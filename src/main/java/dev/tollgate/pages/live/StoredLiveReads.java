package dev.tollgate.pages.live;

import dev.tollgate.calls.metering.CallNow;
import dev.tollgate.calls.metering.Meter;
import dev.tollgate.customers.figures.LiveAccounts;
import dev.tollgate.customers.people.People;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads live figures from the database and from this node's running calls. */
record StoredLiveReads(LiveAccounts accounts, People people, Meter meter) implements LiveReads {

    @Override
    public Map<String, LiveAccounts.Head> heads(List<String> accountIds) {
        Map<String, LiveAccounts.Head> heads = new HashMap<>();
        for (int from = 0; from < accountIds.size(); from += LiveAccounts.ACCOUNTS_MAX) {
            heads.putAll(accounts.heads(
                    accountIds.subList(from, Math.min(accountIds.size(), from + LiveAccounts.ACCOUNTS_MAX))));
        }
        return heads;
    }

    @Override
    public LiveAccounts.@Nullable Now now(String accountId, ZoneId zone, Instant now) {
        return accounts.now(accountId, zone, now);
    }

    @Override
    public int newer(String accountId, String callId) {
        return accounts.newer(accountId, callId);
    }

    @Override
    public Set<String> alive(List<String> sessions) {
        Set<String> alive = new HashSet<>();
        for (int from = 0; from < sessions.size(); from += LiveAccounts.ACCOUNTS_MAX) {
            alive.addAll(people.sessions()
                    .alive(sessions.subList(from, Math.min(sessions.size(), from + LiveAccounts.ACCOUNTS_MAX))));
        }
        return alive;
    }

    @Override
    public Map<String, CallNow> running(Set<String> accountIds) {
        return meter.running(accountIds);
    }
}
