package dev.tollgate.protocols.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.calls.kept.KeptResponse;
import dev.tollgate.calls.kept.KeptResponse.Packed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class InputItemsTest {

    private static KeptResponse kept(String input) {
        byte[] json = input.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return new KeptResponse(
                "chatcmpl-1",
                null,
                null,
                json.length,
                Packed.of(json),
                Packed.of("{}".getBytes(StandardCharsets.UTF_8)));
    }

    private static JsonNode page(String input, int limit, boolean ascending, @Nullable String after) {
        byte[] page = InputItems.page(kept(input), new InputItems.Page(limit, ascending, after), Lease.FREE);
        return ApiJson.MAPPER.readTree(page);
    }

    private static List<String> pages(String input, boolean ascending) {
        List<String> ids = new ArrayList<>();
        JsonNode page = page(input, 2, ascending, null);
        while (true) {
            page.get("data").forEach(item -> ids.add(item.get("id").asString()));
            if (!page.get("has_more").asBoolean()) {
                return ids;
            }
            page = page(input, 2, ascending, page.get("last_id").asString());
        }
    }

    @Test
    void pages_in_either_order_show_each_item_once() {
        String input = "[{'role':'user','content':'a'},{'type':'function_call','id':'fc_1'},{'id':7,'type':'x'},"
                + "{'id':'msg_a','role':'assistant','content':'b'},{'role':'user','content':'c'}]";
        List<String> ids = List.of("msg_1_i0", "fc_1", "item_1_i2", "msg_a", "msg_1_i4");

        assertThat(pages(input, true)).isEqualTo(ids);
        assertThat(pages(input, false)).isEqualTo(ids.reversed());
    }

    @Test
    void an_item_is_shown_in_the_bytes_that_it_came_in() {
        String input =
                "[{'type':'function_call','id':'f','arguments':'{\\u0041}','n':1.50},{'content':'a\\n','role':'assistant','status':'x'}]";

        assertThat(new String(
                        InputItems.page(kept(input), new InputItems.Page(9, true, null), Lease.FREE),
                        StandardCharsets.UTF_8))
                .isEqualTo(
                        ("{'object':'list','data':[{'id':'f','type':'function_call','arguments':'{\\u0041}','n':1.50},"
                                        + "{'id':'msg_1_i1','type':'message','content':[{'type':'output_text','text':'a\\n','annotations':[]}],"
                                        + "'role':'assistant','status':'x'}],'first_id':'f','last_id':'msg_1_i1','has_more':false}")
                                .replace('\'', '"'));
    }

    @Test
    void an_input_that_grows_back_is_charged_before_it_is_unpacked() {
        String input = "[{'role':'user','content':'" + "a".repeat(1_000_000) + "'}]";
        MemoryBudget budget = new MemoryBudget(1_500_000);
        Lease lease = budget.lease("acc", null, false);

        assertThatThrownBy(() -> InputItems.page(kept(input), new InputItems.Page(1, true, null), lease))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        refused -> assertThat(refused.error().status()).isEqualTo(413));
        assertThat(budget.takenBytes()).isZero();
        lease.release();
    }

    @Test
    void items_outside_of_the_page_take_no_room() {
        String number = "12345678901234567890";
        String input = "[{'role':'user','content':'a'},{'type':'x','a':[" + (number + ",").repeat(50_000) + "1]}]";
        MemoryBudget budget = new MemoryBudget(8_000_000); // a tree of it takes five times as much as its bytes
        Lease lease = budget.lease("acc", null, false);

        InputItems.page(kept(input), new InputItems.Page(1, true, null), lease);

        assertThat(budget.takenBytes()).isLessThan(input.length() + 20_000);
        lease.release();
    }
}
