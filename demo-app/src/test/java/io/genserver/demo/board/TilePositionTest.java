package io.genserver.demo.board;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class TilePositionTest {

	@Test
	void aKeyIsColumnAndRow() {
		assertThat(TilePosition.parse("0,0")).isEqualTo(new TilePosition(0, 0));
		assertThat(TilePosition.parse("19,15")).isEqualTo(new TilePosition(19, 15));
		assertThat(new TilePosition(3, 7).key()).isEqualTo("3,7");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "1", "20,0", "0,16", "-1,0", "01,0", "1, 2", "1,2,3", "a,b", "999999999999,0" })
	void anyOtherKeyIsRefusedWithWhatIsExpected(String key) {
		assertThatIllegalArgumentException().isThrownBy(() -> TilePosition.parse(key))
			.withMessage("There is no tile \"" + key + "\": a key is \"x,y\" with x from 0 to 19 and y from 0 to 15");
	}

}
