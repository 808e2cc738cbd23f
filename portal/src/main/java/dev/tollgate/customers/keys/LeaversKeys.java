package dev.tollgate.customers.keys;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.keys.KeyChange;
import dev.tollgate.keys.KeyEdit;
import dev.tollgate.keys.KeyEdit.KeyCondition;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Unit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The end of the keys of a member who leaves the account or a team, in a unit that has taken the account's row: some are moved to teams, the others
 * are deleted, and keys whose secret the person knows are marked.
 */
public final class LeaversKeys {

    /** The refusal of a move. */
    public static final Sentence NO_ROOM = sentence(
            "A team cannot get these keys: it does not exist, is archived, or has no room for a key. Nothing was changed.");

    /** The fate of a key in the operator's audit log: deleted, or the team that has got it. */
    public static final Fact FATE = new Fact("key_*", sentence("Key")).saying(Map.of("delete", sentence("deleted")));

    private final List<KeyChange<Outcome<KeyEdit.Changed>>> moves = new ArrayList<>();
    private final KeyChange<Boolean> delete;
    private final KeyChange<Integer> mark;
    private final @Nullable String json;

    /** A member who leaves. @param teamId the team; null if it is the account */
    public record Leaver(
            String accountId,
            String memberId,
            String personId,
            @Nullable String teamId) {}

    /**
     * @param keys all keys of the member there, as they were read
     * @param teams the ids of teams that get keys, by the ids of the keys; all others are deleted
     * @param by the person or key that moves them
     */
    public LeaversKeys(
            Leaver leaver,
            List<String> keys,
            Map<String, String> teams,
            String by,
            Instant at,
            RandomGenerator random) {
        List<String> moved = new ArrayList<>();
        List<String> rest = new ArrayList<>();
        for (String id : keys) {
            String team = teams.get(id);
            if (team == null) {
                rest.add(id);
            } else {
                String next = OwnIds.key(random);
                moved.add(next);
                moves.add(KeyChange.move(new KeyCondition(leaver.accountId(), null, ""), id, next, team, by, at));
            }
        }
        this.delete = KeyChange.delete(leaver.accountId(), leaver.memberId(), leaver.teamId(), rest, at);
        this.json = json(keys, teams);
        this.mark = KeyChange.mark(leaver.accountId(), leaver.personId(), leaver.teamId(), moved);
    }

    /** Returns the changes for the unit, before the change that ends the membership. */
    public List<Change> changes() {
        List<Change> changes = new ArrayList<>(moves);
        changes.add(delete);
        changes.add(mark);
        return changes;
    }

    /** Returns what becomes of keys, for the organization's log: "delete", or the team that gets them, by their ids; null if there are none. */
    public static @Nullable String json(List<String> keys, Map<String, String> teams) {
        String[] members = keys.stream()
                .flatMap(id -> Stream.of(id, teams.getOrDefault(id, "delete")))
                .toArray(String[]::new);
        return members.length == 0 ? null : AccountLog.json(members);
    }

    /** Returns {@link #json(List, Map)} of these keys. */
    public @Nullable String json() {
        return json;
    }

    /** Requires on the writer's thread that no key is left. @throws UnresolvedKeys otherwise: nothing of the unit is then done */
    public void requireNone() {
        boolean areMoved = moves.stream().allMatch(move -> move.outcome().isDone());
        if (!areMoved || !delete.outcome()) {
            throw new UnresolvedKeys(areMoved);
        }
    }

    /** Some keys of a member who leaves could be neither moved nor deleted. */
    public static final class UnresolvedKeys extends Unit.Refused {

        private static final long serialVersionUID = 1;

        private final boolean areOthers;

        UnresolvedKeys(boolean areOthers) {
            super("keys of a member who leaves are left");
            this.areOthers = areOthers;
        }

        /** Returns whether the member has other keys than those that were read; else a team cannot get a key. */
        public boolean areOthers() {
            return areOthers;
        }
    }
}
