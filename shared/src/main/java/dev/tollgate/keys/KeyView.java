package dev.tollgate.keys;

import dev.tollgate.base.ids.KeyOwner;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * The keys of an account that a member sees, and with them the calls. A key never changes its owner, so a history shows the same keys for ever.
 *
 * @param isAll whether all keys are seen; the rest is then empty
 * @param memberId whose personal keys are seen, in teams or not; empty for none
 * @param teamIds teams whose keys are seen, personal keys in them included
 */
public record KeyView(boolean isAll, String memberId, Set<String> teamIds) {

    public static final KeyView ALL = new KeyView(true, "", Set.of());

    public KeyView {
        teamIds = Set.copyOf(teamIds);
    }

    /** Returns whether keys of an owner are seen. */
    public boolean sees(KeyOwner owner) {
        return isAll
                || (!memberId.isEmpty() && owner.memberId().equals(memberId))
                || (!owner.teamId().isEmpty() && teamIds.contains(owner.teamId()));
    }

    /**
     * Returns a condition in SQL for the keys that are seen, such as {@code (k.member_id = ? OR k.team_id IN (?))}; not to be used if all are.
     *
     * @param key the alias of {@code api_key}
     * @param values gets the values of the parameters
     */
    public String sql(String key, List<Object> values) {
        values.add(memberId.isEmpty() ? "none" : memberId);
        values.addAll(teamIds);
        String ofMember = key + ".member_id = ?";
        return teamIds.isEmpty()
                ? ofMember
                : "(" + ofMember + " OR " + key + ".team_id IN ("
                        + String.join(", ", Collections.nCopies(teamIds.size(), "?")) + "))";
    }
}
