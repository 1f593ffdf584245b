BEGIN TRANSACTION;
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE boundary (
	before_id INTEGER NOT NULL, 
	after_id INTEGER NOT NULL, 
	strength FLOAT NOT NULL, 
	gap_seconds FLOAT NOT NULL, 
	distance_km FLOAT, 
	visual FLOAT, 
	camera_changed BOOLEAN NOT NULL, 
	event BOOLEAN NOT NULL, 
	PRIMARY KEY (before_id)
);
INSERT INTO "boundary" VALUES(1,2,0.2664,3.09140000343322753897e+01,0.1,0.2,0,0);
INSERT INTO "boundary" VALUES(2,3,0.2451,2.32049999237060546866e+01,0.1,0.2,0,0);
INSERT INTO "boundary" VALUES(3,4,0.284,3.91089999675750732421e+01,0.1,0.2,0,0);
INSERT INTO "boundary" VALUES(4,5,0.1789,9.23400020599365234375e+00,0.1,0.2,0,0);
INSERT INTO "boundary" VALUES(5,6,0.3471,9.00859999656677246093e+01,0.1,0.2,0,0);
INSERT INTO "boundary" VALUES(6,7,0.0,0.0,0.1,0.2,0,0);
INSERT INTO "boundary" VALUES(7,8,0.2868,4.06139998435974121111e+01,0.1,0.2,0,0);
INSERT INTO "boundary" VALUES(8,9,0.4393,3.0128700017929077148e+02,0.1,0.2,0,0);
INSERT INTO "boundary" VALUES(9,10,0.0,0.0,0.1,0.2,0,0);
INSERT INTO "boundary" VALUES(10,11,0.3661,1.156809999942779541e+02,0.1,0.2,0,0);
INSERT INTO "boundary" VALUES(11,12,0.2969,4.64419999122619628914e+01,0.1,0.2,0,0);
CREATE TABLE correction (
	id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	payload JSON NOT NULL, 
	created_at FLOAT NOT NULL, 
	active BOOLEAN NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE embedder (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	version TEXT NOT NULL, 
	dim INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (name, version)
);
CREATE TABLE file (
	id INTEGER NOT NULL, 
	folder_id INTEGER NOT NULL, 
	name BLOB NOT NULL, 
	photo_id INTEGER, 
	role TEXT NOT NULL, 
	size BIGINT NOT NULL, 
	mtime_ns BIGINT NOT NULL, 
	inode BIGINT NOT NULL, 
	quick_key BLOB, 
	content_hash BLOB, 
	missing BOOLEAN NOT NULL, 
	scan INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (folder_id, name), 
	FOREIGN KEY(folder_id) REFERENCES folder (id), 
	FOREIGN KEY(photo_id) REFERENCES photo (id)
);
INSERT INTO "file" VALUES(1,2,X'494D475F303030303030312E6A7067',1,'primary',3400000,0,1,NULL,NULL,0,1);
INSERT INTO "file" VALUES(2,2,X'494D475F303030303030322E6A7067',2,'primary',3400000,0,2,NULL,NULL,0,1);
INSERT INTO "file" VALUES(3,2,X'494D475F303030303030332E6A7067',3,'primary',3400000,0,3,NULL,NULL,0,1);
INSERT INTO "file" VALUES(4,2,X'494D475F303030303030342E6A7067',4,'primary',3400000,0,4,NULL,NULL,0,1);
INSERT INTO "file" VALUES(5,2,X'494D475F303030303030352E6A7067',5,'primary',3400000,0,5,NULL,NULL,0,1);
INSERT INTO "file" VALUES(6,2,X'494D475F303030303030362E6A7067',6,'primary',3400000,0,6,NULL,NULL,0,1);
INSERT INTO "file" VALUES(7,2,X'494D475F303030303030372E6A7067',7,'primary',3400000,0,7,NULL,NULL,0,1);
INSERT INTO "file" VALUES(8,2,X'494D475F303030303030382E6A7067',8,'primary',3400000,0,8,NULL,NULL,0,1);
INSERT INTO "file" VALUES(9,2,X'494D475F303030303030392E6A7067',9,'primary',3400000,0,9,NULL,NULL,0,1);
INSERT INTO "file" VALUES(10,2,X'494D475F303030303031302E6A7067',10,'primary',3400000,0,10,NULL,NULL,0,1);
INSERT INTO "file" VALUES(11,2,X'494D475F303030303031312E6A7067',11,'primary',3400000,0,11,NULL,NULL,0,1);
INSERT INTO "file" VALUES(12,2,X'494D475F303030303031322E6A7067',12,'primary',3400000,0,12,NULL,NULL,0,1);
CREATE TABLE folder (
	id INTEGER NOT NULL, 
	volume_id INTEGER NOT NULL, 
	path BLOB NOT NULL, 
	root BOOLEAN NOT NULL, 
	missing BOOLEAN NOT NULL, 
	hidden BOOLEAN DEFAULT '0' NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (volume_id, path), 
	FOREIGN KEY(volume_id) REFERENCES volume (id)
);
INSERT INTO "folder" VALUES(1,1,X'686F6D652F6164612F5069637475726573',1,0,0);
INSERT INTO "folder" VALUES(2,1,X'686F6D652F6164612F50696374757265732F323032352F3039',0,0,0);
CREATE TABLE "group" (
	id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	title TEXT NOT NULL, 
	subtitle TEXT NOT NULL, 
	parent_id INTEGER, 
	strength FLOAT NOT NULL, 
	n_photos INTEGER NOT NULL, 
	cover_id INTEGER, 
	start FLOAT, 
	"end" FLOAT, 
	lat FLOAT, 
	lon FLOAT, 
	details JSON NOT NULL, 
	run_id INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(run_id) REFERENCES grouping_run (id)
);
INSERT INTO "group" VALUES(1,'events','0','Monday in Utrecht','Utrecht',NULL,0.9,12,7,1757971103.428,1757971800.0,52.09,5.12,'{}',2);
INSERT INTO "group" VALUES(2,'places','Utrecht','Utrecht','',NULL,0.9,12,7,1757971103.428,1757971800.0,52.09,5.12,'{}',3);
INSERT INTO "group" VALUES(3,'kinds','landscape','Landscape','',NULL,0.9,3,3,1757971134.342,1757971637.877,52.09,5.12,'{}',4);
INSERT INTO "group" VALUES(4,'kinds','food','Food','',NULL,0.9,1,1,1757971103.428,1757971103.428,52.09,5.12,'{}',4);
INSERT INTO "group" VALUES(5,'kinds','portrait','Portrait','',NULL,0.9,1,4,1757971196.656,1757971196.656,52.09,5.12,'{}',4);
CREATE TABLE grouping_run (
	id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	algorithm TEXT NOT NULL, 
	version TEXT NOT NULL, 
	parameters JSON NOT NULL, 
	seed INTEGER NOT NULL, 
	created_at FLOAT NOT NULL, 
	seconds FLOAT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "grouping_run" VALUES(1,'trips','synthetic','1','{}',0,1757971800.0,0.0);
INSERT INTO "grouping_run" VALUES(2,'events','synthetic','1','{}',0,1757971800.0,0.0);
INSERT INTO "grouping_run" VALUES(3,'places','synthetic','1','{}',0,1757971800.0,0.0);
INSERT INTO "grouping_run" VALUES(4,'kinds','synthetic','1','{}',0,1757971800.0,0.0);
INSERT INTO "grouping_run" VALUES(5,'lookalikes','synthetic','1','{}',0,1757971800.0,0.0);
INSERT INTO "grouping_run" VALUES(6,'duplicates','synthetic','1','{}',0,1757971800.0,0.0);
INSERT INTO "grouping_run" VALUES(7,'bursts','synthetic','1','{}',0,1757971800.0,0.0);
CREATE TABLE journal (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	forward JSON NOT NULL, 
	inverse JSON NOT NULL, 
	created_at FLOAT NOT NULL, 
	undone BOOLEAN NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE membership (
	group_id INTEGER NOT NULL, 
	photo_id INTEGER NOT NULL, 
	strength FLOAT NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (group_id, photo_id), 
	FOREIGN KEY(group_id) REFERENCES "group" (id), 
	FOREIGN KEY(photo_id) REFERENCES photo (id)
)
 WITHOUT ROWID

;
INSERT INTO "membership" VALUES(1,1,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(1,2,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(1,3,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(1,4,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(1,5,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(1,6,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(1,7,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(1,8,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(1,9,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(1,10,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(1,11,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(1,12,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(2,1,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(2,2,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(2,3,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(2,4,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(2,5,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(2,6,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(2,7,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(2,8,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(2,9,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(2,10,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(2,11,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(2,12,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(3,2,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(3,3,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(3,9,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(4,1,0.9,'{"gap_seconds": 90}');
INSERT INTO "membership" VALUES(5,4,0.9,'{"gap_seconds": 90}');
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value JSON NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('generation',1);
CREATE TABLE photo (
	id INTEGER NOT NULL, 
	stage INTEGER NOT NULL, 
	content_hash BLOB, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	local FLOAT, 
	utc_offset INTEGER, 
	instant FLOAT, 
	taken_source TEXT, 
	lat FLOAT, 
	lon FLOAT, 
	altitude FLOAT, 
	camera TEXT, 
	rating INTEGER NOT NULL, 
	mean_colour INTEGER NOT NULL, 
	dhash BIGINT, 
	measures JSON NOT NULL, 
	details JSON NOT NULL, 
	thumb INTEGER NOT NULL, 
	flags INTEGER NOT NULL, 
	place TEXT, 
	hidden BOOLEAN DEFAULT '0' NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "photo" VALUES(1,2,NULL,4032,3024,1757971103.428,60,1757967503.428,'exif',52.1076,5.12742,NULL,'Canon EOS R6',0,8936286,7096738823229989026,'{"sharpness": 120.0, "brightness": 0.45}','{}',0,0,'Utrecht',0);
INSERT INTO "photo" VALUES(2,2,NULL,4032,3024,1757971134.342,60,1757967534.342,'exif',52.10369,5.10922,NULL,'Apple iPhone 13',0,9986135,9219738550042067326,'{"sharpness": 120.0, "brightness": 0.45}','{}',0,0,'Utrecht',0);
INSERT INTO "photo" VALUES(3,2,NULL,3024,4032,1757971157.547,60,1757967557.547,'exif',52.08808,5.11186,NULL,'Canon EOS R6',0,8603724,-6573738048049869406,'{"sharpness": 120.0, "brightness": 0.45}','{}',0,0,'Utrecht',0);
INSERT INTO "photo" VALUES(4,2,NULL,1920,1080,1757971196.656,60,1757967596.656,'exif',52.10505,5.12658,NULL,'Canon EOS R6',0,9721646,688021577042447743,'{"sharpness": 120.0, "brightness": 0.45}','{}',0,0,'Utrecht',0);
INSERT INTO "photo" VALUES(5,2,NULL,4032,3024,1757971205.89,60,1757967605.89,'exif',52.08695,5.11548,NULL,'Canon EOS R6',0,9184590,7031908594161914580,'{"sharpness": 120.0, "brightness": 0.45}','{}',0,0,'Utrecht',0);
INSERT INTO "photo" VALUES(6,2,NULL,3024,4032,1757971295.976,60,1757967695.976,'exif',52.09485,5.11299,NULL,'Canon EOS R6',0,9582656,-8245147196429437014,'{"sharpness": 120.0, "brightness": 0.45}','{}',0,0,'Utrecht',0);
INSERT INTO "photo" VALUES(7,2,NULL,4032,3024,1757971295.976,60,1757967695.976,'exif',52.08069,5.12481,NULL,'Google Pixel 7',0,7499026,1628721249531944210,'{"sharpness": 120.0, "brightness": 0.45}','{}',0,0,'Utrecht',0);
INSERT INTO "photo" VALUES(8,2,NULL,6000,4000,1757971336.59,60,1757967736.59,'exif',52.11463,5.11754,NULL,'Google Pixel 7',0,7564376,-6015273883175437370,'{"sharpness": 120.0, "brightness": 0.45}','{}',0,0,'Utrecht',0);
INSERT INTO "photo" VALUES(9,2,NULL,3024,4032,1757971637.877,60,1757968037.877,'exif',52.08444,5.10829,NULL,'Google Pixel 7',0,5787974,4940596301360201179,'{"sharpness": 120.0, "brightness": 0.45}','{}',0,0,'Utrecht',0);
INSERT INTO "photo" VALUES(10,2,NULL,4032,3024,1757971637.877,60,1757968037.877,'exif',52.07665,5.12525,NULL,'Google Pixel 7',0,8027941,8072867696320048791,'{"sharpness": 120.0, "brightness": 0.45}','{}',0,4,'Utrecht',0);
INSERT INTO "photo" VALUES(11,2,NULL,6000,4000,1757971753.558,60,1757968153.558,'exif',52.09851,5.12009,NULL,'Google Pixel 7',0,9389406,706292491056434528,'{"sharpness": 120.0, "brightness": 0.45}','{}',0,0,'Utrecht',0);
INSERT INTO "photo" VALUES(12,2,NULL,3024,4032,1757971800.0,60,1757968200.0,'exif',52.09333,5.12116,NULL,'Google Pixel 7',0,8868889,-9057969799560222773,'{"sharpness": 120.0, "brightness": 0.45}','{}',0,0,'Utrecht',0);
CREATE TABLE problem (
	path BLOB NOT NULL, 
	stage TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	scan INTEGER NOT NULL, 
	PRIMARY KEY (path, stage)
);
CREATE TABLE vector (
	embedder_id INTEGER NOT NULL, 
	photo_id INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	norm FLOAT NOT NULL, 
	PRIMARY KEY (embedder_id, photo_id), 
	FOREIGN KEY(embedder_id) REFERENCES embedder (id), 
	FOREIGN KEY(photo_id) REFERENCES photo (id)
)
 WITHOUT ROWID

;
CREATE TABLE volume (
	id INTEGER NOT NULL, 
	uuid TEXT NOT NULL, 
	label TEXT NOT NULL, 
	mount_point BLOB NOT NULL, 
	present BOOLEAN NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (uuid)
);
INSERT INTO "volume" VALUES(1,'a-disk','',X'2F',1);
CREATE INDEX photo_by_hash ON photo (content_hash);
CREATE INDEX photo_by_stage ON photo (stage);
CREATE INDEX photo_by_time ON photo (instant DESC, id DESC, hidden, stage, local, width, height, mean_colour, flags, thumb);
CREATE INDEX vector_by_row ON vector (embedder_id, "row");
CREATE INDEX group_by_kind ON "group" (kind, start);
CREATE INDEX file_by_photo ON file (photo_id);
CREATE INDEX file_by_quick_key ON file (quick_key);
CREATE INDEX file_by_hash ON file (content_hash);
CREATE INDEX membership_by_photo ON membership (photo_id);
COMMIT;
