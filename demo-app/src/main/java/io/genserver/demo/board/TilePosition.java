package io.genserver.demo.board;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.genserver.demo.RefusedException;

/**
 * Where a tile is on the board.
 *
 * @param column column, counted from 0
 * @param row row, counted from 0
 */
record TilePosition(int column, int row) {

	private static final Pattern KEY = Pattern.compile("(0|[1-9]\\d?),(0|[1-9]\\d?)");

	static TilePosition parse(String key) {
		Matcher matcher = KEY.matcher(key);
		if (matcher.matches()) {
			TilePosition position = new TilePosition(Integer.parseInt(matcher.group(1)),
					Integer.parseInt(matcher.group(2)));
			if (position.column < Board.COLUMNS && position.row < Board.ROWS) {
				return position;
			}
		}
		throw new RefusedException("There is no tile \"" + key + "\": a key is \"x,y\" with x from 0 to "
				+ (Board.COLUMNS - 1) + " and y from 0 to " + (Board.ROWS - 1));
	}

	String key() {
		return this.column + "," + this.row;
	}

}
