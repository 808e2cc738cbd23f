package dev.tollgate.customers.roles;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Sentence;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The role of a member in an organization. Its rights are a column of {@link Right}; all other words of roles come from here. */
public enum MemberRole {
    OWNER("everything, and other owners", false),
    ADMIN("keys and members, but no payments", false),
    BILLING("payments, statements and usage", true),
    MEMBER("own keys and own usage", true),
    VIEWER("sees everything, changes nothing", true);

    /** The roles that keys give, change and end; owners and admins are made by people alone. */
    public static final List<MemberRole> OF_KEYS =
            Stream.of(values()).filter(role -> role.isOfKeys).toList();

    /** The roles that an invitation or a form gives; to make an owner needs the password. */
    public static final List<MemberRole> GIVEN =
            Stream.of(values()).filter(role -> role != OWNER).toList();

    private final String about;
    private final boolean isOfKeys;

    MemberRole(String about, boolean isOfKeys) {
        this.about = about;
        this.isOfKeys = isOfKeys;
    }

    /** @throws IllegalArgumentException if it is the text of none */
    public static MemberRole parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** Returns the roles in a sentence, as in {@code owner, member or viewer}. */
    public static String either() {
        String all = Stream.of(values()).map(MemberRole::text).collect(Collectors.joining(", "));
        int last = all.lastIndexOf(", ");
        return all.substring(0, last) + " or " + all.substring(last + 2);
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the role within a sentence for people. */
    public Sentence word() {
        return switch (this) {
            case OWNER -> sentence("owner");
            case ADMIN -> sentence("admin");
            case BILLING -> sentence("billing");
            case MEMBER -> sentence("member");
            case VIEWER -> sentence("viewer");
        };
    }

    /** Returns what a member with the role can do, in a few words. */
    public String about() {
        return about;
    }
}
