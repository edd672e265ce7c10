"""The neighbourhood as a place: logbook, assets, nuisances, finding places, the quarterly photo, the map."""
