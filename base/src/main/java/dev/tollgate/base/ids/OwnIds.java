package dev.tollgate.base.ids;

import java.util.random.RandomGenerator;

/** New ids of accounts, keys, people, members, teams and mails: a prefix that says what it is, and enough randomness that no two are the same. */
public final class OwnIds {

    private static final int CHARS = 20;

    private OwnIds() {}

    public static String account(RandomGenerator random) {
        return make("acc_", random);
    }

    public static String key(RandomGenerator random) {
        return make("key_", random);
    }

    public static String person(RandomGenerator random) {
        return make("per_", random);
    }

    public static String member(RandomGenerator random) {
        return make("mem_", random);
    }

    public static String team(RandomGenerator random) {
        return make("team_", random);
    }

    public static String mail(RandomGenerator random) {
        return make("mail_", random);
    }

    private static String make(String prefix, RandomGenerator random) {
        return Alphanumerics.after(prefix, CHARS, random);
    }
}
