package dev.tollgate.customers.members;

import dev.tollgate.customers.roles.AccountLog.Changed;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.storage.Change;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a member of an organization an owner because the operator wants it, for an organization whose owners cannot be reached. */
public final class AppointOwner {

    private final MemberChange change;
    private final Acting by;
    private final Instant at;

    /** @param memberId of a live membership */
    public AppointOwner(String accountId, String memberId, Instant at) {
        this.by = new Acting(accountId, "operator", null, null);
        this.change = MemberChange.appoint(by, memberId);
        this.at = at;
    }

    /** Returns the changes for a unit, with the row of the organization's log. */
    public Change[] changes() {
        List<Change> changes = new ArrayList<>(List.of(change));
        changes.addAll(by.act(Right.SELF, "member.role", change.memberId(), at, change::changed));
        return changes.toArray(Change[]::new);
    }

    /** Returns what has changed; null if the member was an owner, or has left. Once applied. */
    public @Nullable Changed changed() {
        return change.changed();
    }
}
