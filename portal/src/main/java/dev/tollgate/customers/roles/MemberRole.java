package dev.tollgate.customers.roles;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Sentence;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The role of a member in an organization. Its rights are a column of {@link Right}; all other words of roles come from here. */
public enum MemberRole {
    OWNER(sentence("everything, and other owners"), false),
    ADMIN(sentence("keys and members, but no payments"), false),
    BILLING(sentence("payments, statements and usage"), true),
    MEMBER(sentence("own keys and own usage"), true),
    VIEWER(sentence("sees everything, changes nothing"), true);

    /** The roles that keys give, change and end; owners and admins are made by people alone. */
    public static final List<MemberRole> OF_KEYS =
            Stream.of(values()).filter(role -> role.isOfKeys).toList();

    /** The roles that an invitation or a form gives; to make an owner needs the password. */
    public static final List<MemberRole> GIVEN =
            Stream.of(values()).filter(role -> role != OWNER).toList();

    private final Sentence about;
    private final boolean isOfKeys;

    MemberRole(Sentence about, boolean isOfKeys) {
        this.about = about;
        this.isOfKeys = isOfKeys;
    }

    /** @throws IllegalArgumentException if it is the text of none */
    public static MemberRole parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** Returns the roles in a sentence, as in {@code owner, member or viewer}. */
    public static String either() {
        return Sentence.either(Stream.of(values()).map(MemberRole::text).toList())
                .english();
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
    public Sentence about() {
        return about;
    }
}
