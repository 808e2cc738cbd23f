package dev.tollgate.base.json;

import dev.tollgate.base.memory.Lease;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Reads a body of another protocol under the same limits, into a tree. */
public final class JsonObjectReader {

    private JsonObjectReader() {}

    /**
     * The body's one object, key order and digits of numbers kept; null members included.
     *
     * @param memory what is made of the body is charged to it
     * @throws dev.tollgate.base.error.ApiException a 400 that says what is wrong with it
     */
    public static ObjectNode read(byte[] body, ReadLimits limits, Lease memory) {
        List<ObjectNode> read = new ArrayList<>(1);
        new JsonBody(body, limits, memory).wholeObject(json -> read.add(json.objectTree()));
        return read.getFirst();
    }
}
