package dev.tollgate.base.conversation;

import dev.tollgate.base.conversation.ContentPart.Media;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.json.StrictUtf8;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The bytes of text and the media of a prompt while it is walked, by one measure for all forms of a request (D31). Adds all that it counts to the prompt's
 * print. Confined to a thread.
 */
public final class PromptBytes {

    private final PromptPrint.Making print;
    private final List<Media> media = new ArrayList<>();
    private long bytes;

    /** @param print {@link PromptPrint.Making#NONE} for a walk that only counts */
    public PromptBytes(PromptPrint.Making print) {
        this.print = print;
    }

    /** Returns the UTF-8 bytes of the texts so far. */
    public long bytes() {
        return bytes;
    }

    /** Returns the media so far, in their order. */
    public List<Media> media() {
        return List.copyOf(media);
    }

    /** Ends a part of the print. */
    public void end() {
        print.end(bytes);
    }

    /** Returns the print of all parts. */
    public PromptPrint print() {
        return print.print(bytes);
    }

    public void medium(Media medium) {
        media.add(medium);
        print.add(medium);
    }

    public void text(JsonText text) {
        bytes += text.utf8Bytes();
        print.add(text);
    }

    public void text(@Nullable String text) {
        if (text != null) {
            bytes += Math.max(text.length(), StrictUtf8.length(text));
            print.add(text);
        }
    }

    /** Adds a string of a tree. */
    public void string(JsonNode string) {
        bytes += JsonText.utf8Bytes(string);
        print.add(string);
    }

    /** Adds a tree's size as compact JSON without escapes. Its depth is limited by the body's. @param node null or a missing node for none */
    public void tree(@Nullable JsonNode node) {
        if (node == null || node.isMissingNode()) {
            return;
        }
        if (node.isObject()) {
            bytes += 2;
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                text(member.getKey());
                bytes += "\"\":,".length();
                tree(member.getValue());
            }
        } else if (node.isArray()) {
            bytes += 2;
            for (JsonNode element : node) {
                bytes += 1;
                tree(element);
            }
        } else if (node.isString()) {
            string(node);
            bytes += 2;
        } else {
            text(node.toString());
        }
    }

    /** Adds a tree's size as compact JSON as it is sent, escapes included. Its depth is limited by the body's. */
    public void json(JsonNode node) {
        if (node.isObject()) {
            bytes += 1 + Math.max(1, node.size());
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                bytes += JsonText.jsonBytes(member.getKey()) + "\"\":".length();
                print.add(member.getKey());
                json(member.getValue());
            }
        } else if (node.isArray()) {
            bytes += 1 + Math.max(1, node.size());
            node.forEach(this::json);
        } else if (node.isString()) {
            bytes += JsonText.jsonBytes(node) + 2;
            print.add(node);
        } else if (!node.isMissingNode()) {
            text(node.toString());
        }
    }
}
