package dev.tollgate.customers.roles;

import org.jspecify.annotations.Nullable;

/** The actions of an organization's log that are events for its webhooks, with their words in the mails to its members. */
public enum MemberEvent {
    JOIN("member.join", "member.joined", "has joined"),
    ROLE("member.role", "member.role", "has another role in"),
    REMOVE("member.remove", "member.left", "was removed from"),
    LEAVE("member.leave", "member.left", "has left");

    private final String action;
    private final String webhookName;
    private final @Nullable String verb;

    /** @param verb what the member did or got, between the member and the organization; null: no mail is sent */
    MemberEvent(String action, String webhookName, @Nullable String verb) {
        this.action = action;
        this.webhookName = webhookName;
        this.verb = verb;
    }

    /** Returns the event of an action; null for an action that is none. */
    public static @Nullable MemberEvent of(String action) {
        for (MemberEvent each : values()) {
            if (each.action.equals(action)) {
                return each;
            }
        }
        return null;
    }

    /** Returns the event's name for webhooks. */
    public String webhookName() {
        return webhookName;
    }

    /** Returns the words of the mail; null if there is none. */
    public @Nullable String verb() {
        return verb;
    }
}
