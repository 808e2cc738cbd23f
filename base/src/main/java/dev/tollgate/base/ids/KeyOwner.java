package dev.tollgate.base.ids;

/**
 * The owner of a key, who also owns what its calls leave behind. The account owns it if there is neither a member nor a team. A key id never changes
 * its owner: a key that is moved gets another id.
 *
 * @param memberId the member whose personal key it is; empty if it is none
 * @param teamId the team of a service key, or of a personal key in a team; empty without a team
 * @param originId the first id of the key, which it had before it was moved; its own id if it never was
 */
public record KeyOwner(String memberId, String teamId, String originId) {

    /** Returns the owner of a key that belongs to the account alone. */
    public static KeyOwner account(String keyId) {
        return new KeyOwner("", "", keyId);
    }

    /** Returns the id of the member, otherwise the team's; empty for the account. Keys with the same one read each other's kept responses. */
    public String id() {
        return memberId.isEmpty() ? teamId : memberId;
    }
}
