package berth.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SidesTest {
    @Test
    void theSidesTakeTurnsAndSwapWhoBegins() {
        List<String> order = new ArrayList<>();
        Sides<Series> values = Sides.takeTurns(
                3, new Sides<>(round -> note(order, "berth", round), round -> note(order, "peer", round)));
        assertThat(order).containsExactly("berth0", "peer0", "berth1", "peer1", "peer2", "berth2", "berth3", "peer3");
        assertThat(values.berth()).isEqualTo(Series.of(1, 2, 3));
        assertThat(values.peer()).isEqualTo(Series.of(1, 2, 3));
    }

    @Test
    void theRoundThatWarmsUpDoesNotCount() {
        assertThat(Sides.alone(2, round -> round * 10)).isEqualTo(Series.of(10, 20));
    }

    private static double note(List<String> order, String side, int round) {
        order.add(side + round);
        return round;
    }
}
