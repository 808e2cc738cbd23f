package dev.tollgate.customers.keys;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeyLock;

/** The rights of a member over keys: which row of the table counts depends on the key's kind and owner. */
public final class KeyRights {

    private KeyRights() {}

    /** Returns the right that covers a key. @param memberId the member who acts; empty if it is a key */
    static Right of(KeyKind kind, KeyOwner owner, String memberId) {
        if (kind == KeyKind.MANAGEMENT) {
            return Right.MANAGEMENT_KEYS;
        }
        if (!owner.memberId().isEmpty()) {
            return owner.memberId().equals(memberId) ? Right.PERSONAL_KEYS : Right.OTHERS_KEYS;
        }
        return owner.teamId().isEmpty() ? Right.ACCOUNT_KEYS : Right.SERVICE_KEYS;
    }

    /** Returns whether a member may limit, disable and delete a key. */
    public static boolean mayRestrict(Membership by, Key key) {
        return by.view(of(key.settings().kind(), key.owner(), by.id())).sees(key.owner());
    }

    /** Returns whether a member may also rename a key and get another secret for it. */
    public static boolean mayChange(Membership by, Key key) {
        return isOwn(by, key) && mayRestrict(by, key);
    }

    /** Returns whether a member may take calls with a key again: not its member, if another member has disabled it. */
    public static boolean mayEnable(Membership by, Key key) {
        boolean isMembers = key.owner().memberId().equals(by.id());
        return mayRestrict(by, key) && !(isMembers && key.locks().contains(KeyLock.DISABLED));
    }

    /** Returns whether a member may create a key of a kind for an owner. */
    public static boolean mayCreate(Membership by, KeyKind kind, KeyOwner owner) {
        Right right = of(kind, owner, by.id());
        return right != Right.OTHERS_KEYS && by.view(right).sees(owner);
    }

    /** Returns whether a member may move a key to a team or to the account. */
    public static boolean mayMove(Membership by, Key key) {
        return key.settings().kind() == KeyKind.API && Right.ACCOUNT_KEYS.isWhole(by.role());
    }

    private static boolean isOwn(Membership by, Key key) {
        return of(key.settings().kind(), key.owner(), by.id()) != Right.OTHERS_KEYS;
    }
}
