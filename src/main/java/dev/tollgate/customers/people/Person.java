package dev.tollgate.customers.people;

import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who can sign in.
 *
 * @param login what is typed at the door: the address of the mail in lower case, or the first operator's word
 * @param email null where none is known
 * @param confirmedAt when the address was shown to be theirs
 * @param passwordDue whether the present password has to be changed before anything else
 * @param accountBlocked whether the account's keys are refused
 * @param hasSecondFactor whether a code is asked for after the password
 * @param hasPassword whether they can sign in by one; who cannot is known by an identity alone
 * @param version changes with every change, so that an old form can be told
 */
public record Person(
        String id,
        String accountId,
        String login,
        @Nullable String email,
        @Nullable Instant confirmedAt,
        String name,
        Role role,
        boolean passwordDue,
        boolean accountBlocked,
        boolean hasSecondFactor,
        boolean hasPassword,
        Preferences preferences,
        long version,
        Instant createdAt) {

    public static final String FIRST_OPERATOR_ID = "per_first_operator";

    /** The first operator's login until an address is set. */
    public static final String FIRST_OPERATOR = "operator";

    /**
     * What a person has chosen of how things are shown and told.
     *
     * @param theme system, light or dark
     * @param shortcuts whether single keys do something
     * @param balanceLineMicros below it a notice is sent and shown; null for none
     * @param keyNotices whether a key at 80 and 100 % of a limit is told
     */
    public record Preferences(
            ZoneId zone,
            String theme,
            boolean shortcuts,
            @Nullable Long balanceLineMicros,
            boolean keyNotices) {}

    public boolean isOperator() {
        return role == Role.OPERATOR;
    }
}
