package dev.tollgate.protocols.responses;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Ids of responses and their items, as callers write them: each has the characters of its task's id behind another prefix (E1). */
final class KeptIds {

    private static final String TASK = "chatcmpl-";
    static final String RESPONSE = "resp_";
    private static final Pattern ITEM = Pattern.compile("(?:rs|msg|fc|ctc|ws|ig)_([0-9A-Za-z]{31})_([0-9]{1,4})");

    private KeptIds() {}

    /** The place of an item in the output of a response. @param taskId of the response */
    record ItemId(String taskId, int index) {}

    /** Returns what the ids of a task, its response and their items have in common. */
    static String chars(String taskId) {
        return taskId.substring(taskId.indexOf('-') + 1);
    }

    /** Returns what an id of an item says; null if the text is none. */
    static @Nullable ItemId item(String itemId) {
        Matcher parts = ITEM.matcher(itemId);
        return parts.matches() ? new ItemId(TASK + parts.group(1), Integer.parseInt(parts.group(2))) : null;
    }
}
