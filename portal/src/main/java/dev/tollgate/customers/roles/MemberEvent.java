package dev.tollgate.customers.roles;

import org.jspecify.annotations.Nullable;

/** The actions of an organization's log that are events for its webhooks, and of which its members get mails. */
public enum MemberEvent {
    JOIN("member.join", "member.joined"),
    ROLE("member.role", "member.role"),
    REMOVE("member.remove", "member.left"),
    LEAVE("member.leave", "member.left");

    private final String action;
    private final String webhookName;

    MemberEvent(String action, String webhookName) {
        this.action = action;
        this.webhookName = webhookName;
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
}
